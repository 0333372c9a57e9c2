import type { Participant } from '@familiar/protocol';
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
  readonly me: Participant | null;
  readonly messageBytes: number;
  /** Messages that may wait while an answer runs. */
  readonly queueLimit: number;
  readonly drafts: Drafts;
  /** What the page tells about itself, sent with each run. */
  context(): Bag | null;
  onSession(sessionId: string): void;
  /** The server has stored a message of ours. */
  onSent(messageId: string): void;
  onAnswer(messageId: string): void;
  onTrouble(trouble: Trouble): void;
}
