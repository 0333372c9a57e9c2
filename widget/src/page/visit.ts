import type { MintResponse } from '@familiar/protocol';
import { type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Conversation, Trouble } from '../conversation/conversation.ts';
import { createConversation } from '../conversation/create-conversation.ts';
import { createDrafts, type Drafts } from '../conversation/drafts.ts';
import { findNewestSession } from '../conversation/history.ts';
import { troubleFrom } from '../conversation/trouble.ts';
import { type BrowserKey, loadBrowserKey } from '../identity/browser-key.ts';
import type { Identity } from '../identity/identity.ts';
import { createSession, type Session } from '../session/session.ts';
import type { Parts } from './parts.ts';

/** All that belongs to one identity. When the identity changes it is left as a whole, and another is made. */
export interface Visit {
  readonly grant: ReadonlySignal<MintResponse | null>;
  readonly key: ReadonlySignal<BrowserKey | null>;
  readonly conversation: ReadonlySignal<Conversation | null>;
  readonly trouble: ReadonlySignal<Trouble | null>;
  /** Authorised calls as this identity. */
  readonly session: Session;
  /** Mints and shows the newest conversation; again, at once, after trouble. Settles when that is done. Never rejects. */
  start(): Promise<void>;
  /** A conversation in place of the one on the screen; null: a new one. */
  show(sessionId: string | null): void;
  /** An isolated one, of which nothing may stay: not shared with other tabs, destroyed when it ends. */
  isPrivate(): boolean;
  /** Erases the instance at the server; `trouble` where that failed. */
  erase(onErased: () => void): Promise<unknown>;
  /** Consent was given: the key in memory is kept from here on. */
  keep(): Promise<void>;
  /**
   * Nothing of it reaches the screen any more; an ephemeral one is destroyed at the server. `isLeaving`: what it kept here is
   * forgotten and its token revoked.
   */
  end(isLeaving: boolean): void;
}

export interface VisitOptions extends Parts {
  readonly identity: () => Identity;
  /** What must be over before this browser's key is looked for: the wipe of the person before. */
  readonly after: Promise<void>;
  /** Whether every request is proven, which the server's settings say: nothing begins before those of the panel are there. */
  readonly isStrictlyBound: () => Promise<boolean>;
  /** The server says that this is another person than before. */
  readonly onDrift: () => void;
  /** Something failed that is shown. */
  readonly onTrouble: (trouble: Trouble) => void;
}

export function createVisit(options: VisitOptions): Visit {
  const { isStrictlyBound, onTrouble, settings, vault } = options;
  const life = new AbortController();
  const ended = life.signal;
  const trouble = signal<Trouble | null>(null);
  const conversation = signal<Conversation | null>(null);
  let drafts: Drafts | null = null;
  let starting: Promise<unknown> | null = null;
  const keyring = createKeyring(options, ended);
  const { grant, isPrivate, key, load } = keyring;
  const session = createSession({ ...options, config: () => settings.peek(), key: load, life: ended });
  const show = (sessionId: string | null): void => {
    const granted = grant.peek();
    if (ended.aborted || !granted) return;
    conversation.peek()?.dispose();
    drafts = key.peek()?.storage === 'durable' && !isPrivate() ? createDrafts(vault, granted) : null;
    conversation.value = createConversation({ ...options, api: session, drafts, grant: granted, sessionId });
  };
  /** What fails is shown and told, unless it comes too late. */
  const attempt = async (work: () => Promise<unknown>): Promise<unknown> =>
    work().catch((error: unknown) => ended.aborted || onTrouble((trouble.value = troubleFrom(error))));
  const begin = async (): Promise<void> => {
    const [granted] = await Promise.all([session.grant(), isStrictlyBound()]);
    const newest = await findNewestSession(session);
    if (ended.aborted) return;
    grant.value = granted;
    trouble.value = null;
    show(newest);
  };
  const start = async (): Promise<void> => {
    session.hurry();
    const shown = conversation.peek();
    if (!shown) await (starting ??= attempt(begin).finally(() => (starting = null)));
    else if (shown.trouble.peek()) shown.retry();
  };
  const erase = async (onErased: () => void): Promise<unknown> =>
    attempt(async () => session.json('/v1/instance', { method: 'DELETE' }).then(() => ended.aborted || onErased()));
  const end = (isLeaving: boolean): void => {
    if (ended.aborted) return;
    if (isLeaving) drafts?.discard();
    conversation.peek()?.dispose();
    conversation.value = null;
    if (isPrivate()) void session.end('/v1/instance');
    else if (isLeaving) void session.end('/v1/embed/session-tokens/current');
    life.abort();
  };
  return { ...keyring, conversation, trouble, session, start, show, erase, end };
}

/** Who is here: the browser's key of one visit, and what the server granted it. */
function createKeyring(options: VisitOptions, ended: AbortSignal) {
  const { after, events, identity, onDrift, settings, tabs } = options;
  const grant = signal<MintResponse | null>(null);
  const isPrivate = (): boolean => identity().level === 'ephemeral' || grant.peek()?.instance.kind === 'ephemeral';
  const key = signal<BrowserKey | null>(null);
  let once: Promise<BrowserKey> | null = null;
  let person: string | null = null;
  const read = async (pair?: CryptoKeyPair): Promise<BrowserKey> => {
    const { consent, sharedDevice } = settings.peek();
    const isMemoryOnly = isPrivate() || sharedDevice || consent === 'pending';
    return loadBrowserKey({ ...options, person, pair, isMemoryOnly, life: ended, onOther: (left) => tabs.tell({ left }) });
  };
  const find = async (): Promise<BrowserKey> => {
    await after;
    const found = (key.value = await read());
    const { pair, storage } = found;
    if (!pair || storage === 'none') events.emit('identitydegraded', { storage, binding: pair ? 'dpop' : 'bearer' });
    return found;
  };
  return {
    grant,
    key,
    isPrivate,
    /** Once, after the wipe of the person before. */
    async load(this: void, who: string | null): Promise<BrowserKey> {
      person ??= who;
      return key.peek() ?? (once ??= find());
    },
    /** Keeps the key in this browser; where that has another already, the visit begins anew. */
    async keep(this: void): Promise<void> {
      const held = await once?.catch(() => null);
      if (!held) return;
      const kept = await read(held.pair).catch(() => null);
      if (held.pair && kept?.pair?.privateKey === held.pair.privateKey) key.value = kept;
      else if (!ended.aborted) onDrift();
    },
  };
}
