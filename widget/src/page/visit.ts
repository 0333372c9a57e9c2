import type { MintResponse } from '@familiar/protocol';
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { Config } from '../config/config.ts';
import type { Conversation, Trouble } from '../conversation/conversation.ts';
import { createConversation } from '../conversation/create-conversation.ts';
import { createDrafts, type Drafts, NO_DRAFTS } from '../conversation/drafts.ts';
import { findNewestSession } from '../conversation/history.ts';
import { troubleFrom } from '../conversation/trouble.ts';
import { type BrowserKey, loadBrowserKey } from '../identity/browser-key.ts';
import type { Identity } from '../identity/identity.ts';
import type { Vault } from '../identity/vault.ts';
import { createSession } from '../session/session.ts';
import type { Transport } from '../session/transport.ts';
import type { WidgetEvents } from './events.ts';

/** All that belongs to one identity. When the identity changes it is left as a whole, and another is made. */
export interface Visit {
  readonly grant: ReadonlySignal<MintResponse | null>;
  readonly key: ReadonlySignal<BrowserKey | null>;
  readonly conversation: ReadonlySignal<Conversation | null>;
  readonly trouble: ReadonlySignal<Trouble | null>;
  /** Mints and shows the newest conversation; once, or again after trouble. */
  start(): Promise<void>;
  newConversation(): void;
  openConversation(sessionId: string): void;
  /** Erases the instance at the server. False, with `trouble`, where that failed. */
  erase(): Promise<boolean>;
  /** Ends an ephemeral session at the server while the page goes away. */
  farewell(): void;
  /** Nothing of it reaches the screen any more; then the server is told to revoke. */
  leave(): Promise<void>;
  /** Only takes it off the page: the same person may come back with the next page. */
  pause(): void;
}

export interface VisitOptions {
  readonly config: () => Config;
  readonly identity: () => Identity;
  readonly transport: Transport;
  readonly vault: Vault;
  readonly events: WidgetEvents;
  /** What must be over before this browser's key is looked for: the wipe of the person before. */
  readonly after: Promise<void>;
  readonly isStrictlyBound: () => boolean;
  readonly onAnswer: (messageId: string) => void;
  readonly onDrift: () => void;
}

const LIMITS = new Set(['limit_reached', 'budget_exhausted', 'rate_limited']);

export function createVisit(options: VisitOptions): Visit {
  const { config, events, transport, vault } = options;
  const isEphemeral = options.identity().level === 'ephemeral';
  const isMemoryOnly = isEphemeral || config().sharedDevice || config().consent === 'pending';
  const grant = signal<MintResponse | null>(null);
  const keyring = createKeyring(options, isMemoryOnly);
  const conversation = signal<Conversation | null>(null);
  const trouble = signal<Trouble | null>(null);
  let isOver = false;
  let sessionId: string | null = null;
  let drafts: Drafts = NO_DRAFTS;

  const session = createSession({
    ...options,
    embedKey: config().embedKey,
    instance: config().instance,
    key: keyring.load,
  });
  const onTrouble = (what: Trouble): void => (isOver ? undefined : tell(events, what));
  const own = {
    api: session,
    clock: transport.clock,
    random: Math.random,
    context: () => config().context,
    onSession(made: string) {
      sessionId = made;
      events.emit('sessionstarted', { sessionId: made });
    },
    onSent: (messageId: string) => events.emit('messagesent', { messageId }),
    onAnswer: options.onAnswer,
    onTrouble,
  };
  const show = (shown: string | null): void => {
    const granted = grant.value;
    if (isOver || granted === null) return;
    sessionId = shown;
    conversation.value?.dispose();
    if (!isMemoryOnly) drafts = createDrafts(vault, granted.participant, transport.clock);
    conversation.value = createConversation({
      ...own,
      sessionId: shown,
      me: granted.participant,
      messageBytes: granted.limits.message_bytes,
      queueLimit: granted.limits.queued_messages,
      drafts,
    });
  };
  const start = async (): Promise<void> => {
    if (isOver || conversation.value !== null) return;
    try {
      const granted = await session.grant();
      const newest = isEphemeral ? null : await findNewestSession(session);
      if (isOver) return;
      batch(() => {
        grant.value = granted;
        trouble.value = null;
        show(newest);
      });
    } catch (error) {
      if (isOver) return;
      trouble.value = troubleFrom(error);
      onTrouble(trouble.value);
    }
  };
  const forgetSession = async (): Promise<void> => {
    if (!isEphemeral || sessionId === null) return;
    const path = `/v1/sessions/${encodeURIComponent(sessionId)}`;
    sessionId = null;
    await session.call(path, { method: 'DELETE', keepalive: true }).catch(() => {
      // The page is going away or offline; the server destroys an idle ephemeral session by itself.
    });
  };
  let starting: Promise<void> | null = null;
  return {
    grant,
    key: keyring.key,
    conversation,
    trouble,
    start: async () => (starting ??= start().finally(() => (starting = null))),
    newConversation: () => show(null),
    openConversation: show,
    async erase() {
      try {
        await session.json('/v1/instance', { method: 'DELETE' });
        return true;
      } catch (error) {
        if (!isOver) onTrouble((trouble.value = troubleFrom(error)));
        return false;
      }
    },
    farewell: () => void forgetSession(),
    async leave() {
      isOver = true;
      conversation.value?.dispose();
      conversation.value = null;
      drafts.discard();
      await forgetSession();
      await session.revoke();
      session.dispose();
    },
    pause() {
      isOver = true;
      conversation.value?.dispose();
      void forgetSession().finally(() => session.dispose());
    },
  };
}

function tell(events: WidgetEvents, { code, mend, retryAfterMs }: Trouble): void {
  if (LIMITS.has(code)) events.emit('limitreached', { code, retryAfterMs: retryAfterMs ?? null });
  events.emit('error', { code, mend });
}

interface Keyring {
  readonly key: ReadonlySignal<BrowserKey | null>;
  /** Once, after the wipe of the person before. */
  readonly load: () => Promise<BrowserKey>;
}

function createKeyring({ after, config, events, identity, transport, vault }: VisitOptions, isMemoryOnly: boolean): Keyring {
  const key = signal<BrowserKey | null>(null);
  const isEphemeral = identity().level === 'ephemeral';
  let once: Promise<BrowserKey> | null = null;
  const load = async (): Promise<BrowserKey> => {
    await after;
    const found = await loadBrowserKey({ agent: config().agent, vault, clock: transport.clock, isMemoryOnly });
    key.value = isEphemeral ? { ...found, storage: 'none' } : found;
    const isDegraded = found.kind === 'secret' || found.storage === 'none';
    if (isDegraded) events.emit('identitydegraded', { storage: found.storage, binding: found.kind === 'key' ? 'dpop' : 'bearer' });
    return found;
  };
  return { key, load: async () => (once ??= load()) };
}
