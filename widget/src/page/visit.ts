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
  readonly isStrictlyBound: () => Promise<boolean>;
  /** The server says that this is another person than before. */
  readonly onDrift: () => void;
  /** The anonymous id of this browser was claimed or erased: it takes another key. */
  readonly onGone: () => void;
}

export function createVisit(options: VisitOptions): Visit {
  const { settings } = options;
  const life = new AbortController();
  const { isCurrent, keep, key, load } = createKeyring(options);
  const session = createSession({ ...options, config: () => settings.peek(), key: load, life: life.signal });
  const { clear, ...stage } = createStage(options, { key, session, life: life.signal });
  const { isPrivate } = stage;
  return {
    ...stage,
    key,
    session,
    keep: async () => keep(life.signal),
    isCurrent: async (isBack) => !(isBack && (isPrivate() || settings.peek().sharedDevice)) && isCurrent(),
    end(isLeaving) {
      if (life.signal.aborted) return;
      clear(isLeaving);
      if (isPrivate()) void session.end('/v1/instance');
      else if (isLeaving) void session.end('/v1/embed/session-tokens/current');
      life.abort();
    },
  };
}

interface StageOptions extends Pick<Visit, 'key' | 'session'> {
  readonly life: AbortSignal;
}

/** What of a visit is on the screen: one conversation at a time, or what is in its way. */
function createStage(options: VisitOptions, { key, life, session }: StageOptions) {
  const { identity, onGone, clock, vault } = options;
  const grant = signal<MintResponse | null>(null);
  const conversation = signal<Conversation | null>(null);
  const trouble = signal<Trouble | null>(null);
  let drafts: Drafts | null = null;
  let starting: Promise<unknown> | null = null;

  const isPrivate = (): boolean => identity().level === 'ephemeral' || grant.peek()?.instance.kind === 'ephemeral';
  const onTrouble = (what: Trouble): void => {
    if (what.code === 'gone' && identity().level === 'anonymous') onGone();
    else tell(options, what);
  };
  /** What fails is shown and told. False where it failed, or came too late. */
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return !life.aborted;
    } catch (error) {
      if (!life.aborted) onTrouble((trouble.value = troubleFrom(error)));
      return false;
    }
  };
  const show = (sessionId: string | null): void => {
    const granted = grant.peek();
    if (life.aborted || granted === null) return;
    conversation.peek()?.dispose();
    drafts = key.peek()?.storage === 'durable' && !isPrivate() ? createDrafts(vault, granted, clock) : null;
    conversation.value = createConversation({ ...options, api: session, drafts, grant: granted, sessionId, onTrouble });
  };
  const begin = async (): Promise<void> => {
    const granted = await session.grant();
    const newest = granted.instance.kind === 'ephemeral' ? null : await findNewestSession(session);
    if (life.aborted) return;
    grant.value = granted;
    trouble.value = null;
    show(newest);
  };
  const clear = (isLeaving: boolean): void => {
    if (isLeaving) drafts?.discard();
    conversation.peek()?.dispose();
    conversation.value = null;
  };
  const start = (): void => {
    session.hurry();
    const shown = conversation.peek();
    if (shown === null) starting ??= attempt(begin).finally(() => (starting = null));
    else if (shown.trouble.peek()) shown.retry();
  };
  const erase = async (): Promise<boolean> => attempt(async () => session.json('/v1/instance', { method: 'DELETE' }));
  return { grant, conversation, trouble, isPrivate, show, start, erase, clear };
}

/** The browser's key of one visit. */
function createKeyring({ after, events, identity, onDrift, settings, tabs, clock, vault }: VisitOptions) {
  const key = signal<BrowserKey | null>(null);
  let once: Promise<BrowserKey> | null = null;
  let person: string | null = null;
  const read = async (pair?: CryptoKeyPair): Promise<BrowserKey> => {
    const { agent, consent, sharedDevice } = settings.peek();
    const isEphemeral = identity().level === 'ephemeral';
    const found = await loadBrowserKey({
      agent,
      vault,
      clock,
      person,
      pair,
      isMemoryOnly: isEphemeral || sharedDevice || consent === 'pending',
      onOther: (left) => tabs.tell({ left }),
    });
    return isEphemeral ? { ...found, storage: 'none' } : found;
  };
  const find = async (): Promise<BrowserKey> => {
    await after;
    const found = (key.value = await read());
    const { pair, storage } = found;
    if (!pair || (storage === 'none' && identity().level !== 'ephemeral'))
      events.emit('identitydegraded', { storage, binding: pair ? 'dpop' : 'bearer' });
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
    async keep(this: void, life: AbortSignal): Promise<void> {
      const pair = key.peek()?.pair;
      if (key.peek() === null) return;
      const kept = await read(pair);
      if (pair && kept.pair?.privateKey === pair.privateKey) once = Promise.resolve((key.value = kept));
      else if (!life.aborted) onDrift();
    },
    async isCurrent(this: void): Promise<boolean> {
      const held = key.peek();
      return held === null || isCurrentKey(held, settings.peek().agent, vault);
    },
  };
}

function tell(
  { events }: VisitOptions,
  { code, mend, retryAfterMs = null }: Omit<Trouble, 'retryAfterMs'> & { retryAfterMs?: number | null },
): void {
  if (/^(limit_reached|budget_exhausted|rate_limited)$/.test(code)) events.emit('limitreached', { code, retryAfterMs });
  events.emit('error', { code, mend });
}
