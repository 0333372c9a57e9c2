import type { MintResponse } from '@familiar/protocol';
import type { ReadonlySignal } from '../reactive/signal.ts';
import type { Config } from '../config/config.ts';
import type { Conversation, Trouble } from '../conversation/conversation.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
import type { Identity } from '../identity/identity.ts';
import type { Vault } from '../identity/vault.ts';
import { createSession, type Session } from '../session/session.ts';
import type { TokenShare } from '../session/token-share.ts';
import type { Transport } from '../session/transport.ts';
import type { WidgetEvents } from './events.ts';
import { createKeyring } from './keyring.ts';
import { createStage } from './stage.ts';

/** All that belongs to one identity. When the identity changes it is left as a whole, and another is made. */
export interface Visit {
  readonly grant: ReadonlySignal<MintResponse | null>;
  readonly key: ReadonlySignal<BrowserKey | null>;
  readonly conversation: ReadonlySignal<Conversation | null>;
  readonly trouble: ReadonlySignal<Trouble | null>;
  /** Authorised calls as this identity. */
  readonly session: Session;
  /** Mints and shows the newest conversation; once, or again after trouble. */
  start(): Promise<void>;
  /** The page has a fresh token for the same person, or the visitor asks again: at once, whatever failed before. */
  retry(): void;
  /** A conversation in place of the one on the screen; null: a new one. */
  readonly show: (sessionId: string | null) => void;
  /** An isolated one, of which nothing may stay: not shared with other tabs, destroyed when it ends. */
  isPrivate(): boolean;
  /** Erases the instance at the server. False, with `trouble`, where that failed. */
  readonly erase: () => Promise<boolean>;
  /** Consent was given: the key in memory is kept from here on. */
  keep(): Promise<void>;
  /** Whether this browser was not wiped meanwhile. `isBack`: the page was in the back/forward cache. */
  isCurrent(isBack: boolean): Promise<boolean>;
  /** Nothing of it reaches the screen any more; an ephemeral one is destroyed at the server. */
  pause(): void;
  /** `pause`, and what it kept here is forgotten and its token revoked. */
  leave(): void;
}

export interface VisitOptions {
  readonly config: () => Config;
  readonly identity: () => Identity;
  readonly transport: Transport;
  readonly vault: Vault;
  readonly share: TokenShare;
  readonly events: WidgetEvents;
  /** What must be over before this browser's key is looked for: the wipe of the person before. */
  readonly after: Promise<void>;
  readonly isStrictlyBound: () => Promise<boolean>;
  readonly isOnScreen: ReadonlySignal<boolean>;
  readonly onAnswer: (messageId: string) => void;
  /** The server says that this is another person than before. */
  readonly onDrift: () => void;
  /** The anonymous id of this browser was claimed or erased: it takes another key. */
  readonly onGone: () => void;
  /** Another verified user was in this browser before; it was wiped. */
  readonly onOther: (epoch: string) => void;
}

export function createVisit(options: VisitOptions): Visit {
  const { config, identity } = options;
  const keyring = createKeyring(options);
  const { embedKey, instance } = config();
  const session = createSession({ ...options, embedKey, instance, key: async (person) => keyring.load(person) });
  const stage = createStage({ ...options, session, key: keyring.key });
  const { conversation, grant, trouble } = stage;
  let starting: Promise<boolean> | null = null;
  let isOver = false;

  const start = async (): Promise<void> => void (await (starting ??= stage.attempt(stage.start).finally(() => (starting = null))));
  const isPrivate = (): boolean => identity().level === 'ephemeral' || grant.peek()?.instance.kind === 'ephemeral';
  const end = async (path: string | null): Promise<void> => {
    if (isOver) return;
    isOver = true;
    stage.clear();
    const last = isPrivate() ? '/v1/instance' : path;
    if (last !== null) await session.end(last);
    session.dispose();
  };
  return {
    grant,
    trouble,
    session,
    key: keyring.key,
    conversation,
    start,
    isPrivate,
    retry() {
      session.hurry();
      const shown = conversation.peek();
      if (shown === null) void start();
      else if (shown.trouble.peek()) shown.retry();
    },
    show: stage.show,
    erase: async () => stage.attempt(async () => session.json('/v1/instance', { method: 'DELETE' })),
    async keep() {
      if (!(await keyring.keep()) && !isOver) options.onDrift();
    },
    isCurrent: async (isBack) => !(isBack && (isPrivate() || config().sharedDevice)) && keyring.isCurrent(),
    pause: () => void end(null),
    leave() {
      stage.discard();
      void end('/v1/embed/session-tokens/current');
    },
  };
}
