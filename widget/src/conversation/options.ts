import type { Participant } from '@familiar/protocol';
import type { ReadonlySignal } from '../reactive/signal.ts';
import type { Bag } from '../config/config.ts';
import type { Clock } from '../config/clock.ts';
import type { Api } from '../session/session.ts';
import type { Trouble } from './conversation.ts';
import type { Drafts } from './drafts.ts';

export interface ConversationOptions {
  readonly api: Api;
  readonly clock: Clock;
  /** From 0 to 1, for the jitter of reconnects. */
  readonly random: () => number;
  /** The session to show; null begins a new one with the first message. */
  readonly sessionId: string | null;
  readonly me: Participant;
  /** Others may write here: it listens for them while it is on the screen. */
  readonly isShared: boolean;
  readonly isOnScreen: ReadonlySignal<boolean>;
  readonly messageBytes: number;
  /** Messages that may wait while an answer runs. */
  readonly queueLimit: number;
  /** Null where nothing may be kept. */
  readonly drafts: Drafts | null;
  /** What the page tells about itself, sent with each run. */
  context(): Bag | null;
  readonly onSession: (sessionId: string) => void;
  /** The server has stored a message of ours. */
  readonly onSent: (messageId: string) => void;
  readonly onAnswer: (messageId: string) => void;
  readonly onTrouble: (trouble: Trouble) => void;
}
