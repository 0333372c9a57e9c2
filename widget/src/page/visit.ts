import type { MintResponse } from '@familiar/protocol';
import { type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Conversation, Trouble } from '../conversation/conversation.ts';
import { createConversation } from '../conversation/create-conversation.ts';
import { createDrafts, type Drafts } from '../conversation/drafts.ts';
import { findNewestSession } from '../conversation/history.ts';
import { troubleFrom } from '../conversation/trouble.ts';
import { type BrowserKey, isCurrentKey, loadBrowserKey } from '../identity/browser-key.ts';
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
  /** Mints and shows the newest conversation; again, at once, after trouble. */
  start(): void;
  /** A conversation in place of the one on the screen; null: a new one. */
  show(sessionId: string | null): void;
  /** An isolated one, of which nothing may stay: not shared with other tabs, destroyed when it ends. */
  isPrivate(): boolean;
  /** Erases the instance at the server. False, with `trouble`, where that failed. */
  erase(): Promise<boolean>;
  /** Consent was given: the key in memory is kept from here on. */
  keep(): Promise<void>;
  /** Whether this browser was not wiped meanwhile. `isBack`: the page was in the back/forward cache. */
  isCurrent(isBack: boolean): Promise<boolean>;
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
  /** What the server says about the panel. */
  readonly loadConfig: () => Promise<unknown>;
  readonly isStrictlyBound: () => Promise<boolean>;
  /** There is a conversation now. */
  readonly onReady: () => void;
  /** The server says that this is another person than before. */
  readonly onDrift: () => void;
  /** The anonymous id of this browser was claimed or erased: it takes another key. */
  readonly onGone: () => void;
}

export function createVisit(options: VisitOptions): Visit {
  const { identity, loadConfig, onReady, settings } = options;
  const life = new AbortController();
  const ended = life.signal;
  const grant = signal<MintResponse | null>(null);
  const trouble = signal<Trouble | null>(null);
  let starting: Promise<unknown> | null = null;
  const isPrivate = (): boolean => identity().level === 'ephemeral' || grant.peek()?.instance.kind === 'ephemeral';
  const { load, ...keyring } = createKeyring(options, isPrivate, ended);
  const session = createSession({ ...options, config: () => settings.peek(), key: load, life: ended });
  const { clear, ...stage } = createStage(options, { ...keyring, ended, grant, isPrivate, session });
  const { conversation, show } = stage;
  /** What fails is shown and told. False where it failed, or came too late. */
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return !ended.aborted;
    } catch (error) {
      if (!ended.aborted) tell(options, (trouble.value = troubleFrom(error)));
      return false;
    }
  };
  const begin = async (): Promise<void> => {
    const [granted] = await Promise.all([session.grant(), loadConfig()]);
    const newest = granted.instance.kind === 'ephemeral' ? null : await findNewestSession(session);
    if (ended.aborted) return;
    grant.value = granted;
    trouble.value = null;
    show(newest);
    onReady();
  };
  const start = (): void => {
    session.hurry();
    const shown = conversation.peek();
    if (!shown) starting ??= attempt(begin).finally(() => (starting = null));
    else if (shown.trouble.peek()) shown.retry();
  };
  const erase = async (): Promise<boolean> => attempt(async () => session.json('/v1/instance', { method: 'DELETE' }));
  const end = (isLeaving: boolean): void => {
    if (ended.aborted) return;
    clear(isLeaving);
    if (isPrivate()) void session.end('/v1/instance');
    else if (isLeaving) void session.end('/v1/embed/session-tokens/current');
    life.abort();
  };
  return { ...keyring, ...stage, grant, trouble, session, isPrivate, start, erase, end };
}

interface StageOptions extends Pick<Visit, 'grant' | 'isPrivate' | 'key' | 'session'> {
  readonly ended: AbortSignal;
}

/** One conversation at a time. */
function createStage(options: VisitOptions, { ended, grant, isPrivate, key, session }: StageOptions) {
  const conversation = signal<Conversation | null>(null);
  let drafts: Drafts | null = null;
  return {
    conversation,
    show(this: void, sessionId: string | null): void {
      const granted = grant.peek();
      if (ended.aborted || !granted) return;
      conversation.peek()?.dispose();
      drafts = key.peek()?.storage === 'durable' && !isPrivate() ? createDrafts(options.vault, granted) : null;
      const onTrouble = (trouble: Trouble): void => tell(options, trouble);
      conversation.value = createConversation({ ...options, api: session, drafts, grant: granted, sessionId, onTrouble });
    },
    clear(this: void, isLeaving: boolean): void {
      if (isLeaving) drafts?.discard();
      conversation.peek()?.dispose();
      conversation.value = null;
    },
  };
}

/** The browser's key of one visit. */
function createKeyring(options: VisitOptions, isPrivate: () => boolean, ended: AbortSignal) {
  const { after, agent, events, onDrift, settings, tabs, vault } = options;
  const key = signal<BrowserKey | null>(null);
  let once: Promise<BrowserKey> | null = null;
  let person: string | null = null;
  const read = async (pair?: CryptoKeyPair): Promise<BrowserKey> => {
    const { consent, sharedDevice } = settings.peek();
    const isMemoryOnly = isPrivate() || sharedDevice || consent === 'pending';
    return loadBrowserKey({ ...options, person, pair, isMemoryOnly, onOther: (left) => tabs.tell({ left }) });
  };
  const find = async (): Promise<BrowserKey> => {
    await after;
    const found = (key.value = await read());
    const { pair, storage } = found;
    if (!pair || storage === 'none') events.emit('identitydegraded', { storage, binding: pair ? 'dpop' : 'bearer' });
    return found;
  };
  return {
    key,
    /** Once, after the wipe of the person before. */
    async load(this: void, who: string | null): Promise<BrowserKey> {
      person ??= who;
      return (once ??= find());
    },
    /** Keeps the key in this browser; where that has another already, the visit begins anew. */
    async keep(this: void): Promise<void> {
      const held = await once;
      if (!held) return;
      const kept = await read(held.pair);
      if (held.pair && kept.pair?.privateKey === held.pair.privateKey) once = Promise.resolve((key.value = kept));
      else if (!ended.aborted) onDrift();
    },
    async isCurrent(this: void, isBack: boolean): Promise<boolean> {
      const held = key.peek();
      if (isBack && (isPrivate() || settings.peek().sharedDevice)) return false;
      return !held || isCurrentKey(held, agent, vault);
    },
  };
}

function tell({ events, identity, onGone }: VisitOptions, { code, mend, retryAfterMs }: Trouble): void {
  if (code === 'gone' && identity().level === 'anonymous') return onGone();
  if (/^(limit_|budget_|rate_)/.test(code)) events.emit('limitreached', { code, retryAfterMs: retryAfterMs ?? null });
  events.emit('error', { code, mend });
}
