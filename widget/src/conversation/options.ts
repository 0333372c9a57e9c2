import type { MintResponse } from '@familiar/protocol';
import type { ReadonlySignal } from '../reactive/signal.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../config/clock.ts';
import type { Api } from '../session/session.ts';
import type { Trouble } from './conversation.ts';
import type { Drafts } from './drafts.ts';

/** `messagesent`: the server has stored a message of ours. */
export interface ConversationEvents {
  emit(name: 'sessionstarted', detail: { sessionId: string }): void;
  emit(name: 'messagesent' | 'messagereceived', detail: { messageId: string }): void;
}

export interface ConversationOptions {
  readonly api: Api;
  readonly clock: Clock;
  /** From 0 to 1, for the jitter of reconnects. */
  readonly random: () => number;
  /** The session to show; null begins a new one with the first message. */
  readonly sessionId: string | null;
  /** Who speaks, where, and within which limits. Where others may write too, it listens for them while it is open. */
  readonly grant: Pick<MintResponse, 'participant' | 'instance' | 'limits'>;
  readonly isOpen: ReadonlySignal<boolean>;
  /** Null where nothing may be kept. */
  readonly drafts: Drafts | null;
  /** What the page tells about itself is sent with each run. */
  readonly settings: ReadonlySignal<Pick<Config, 'context'>>;
  /** Tells the page. */
  readonly events: ConversationEvents;
  readonly onTrouble: (trouble: Trouble) => void;
}
