import type { ReadonlySignal } from '../reactive/signal.ts';
import type { Participant, ResumeEntry } from '@familiar/protocol';

/** What a visitor's own message has reached. `sent` means the server has stored it. */
export type SendState = 'queued' | 'sending' | 'sent' | 'failed';
/** What an answer has reached. Complete only after the run's terminal event. */
export type AnswerState = 'streaming' | 'complete' | 'cancelled' | 'interrupted' | 'failed';

/** One signal per message: a token of an answer changes one text, never the list. */
export interface ChatMessage {
  readonly kind: 'user' | 'answer';
  readonly id: string;
  /** Of a user, empty: its author has erased it from a shared instance. */
  readonly text: ReadonlySignal<string>;
  /** Null: the agent, or somebody who has erased it. */
  readonly author: Participant | null;
  readonly isMine: boolean;
  readonly createdAt: number;
  /** `SendState` of a user's message, `AnswerState` of an answer. */
  readonly state: ReadonlySignal<SendState | AnswerState>;
}

/** A failure the visitor is told about. The wire's code; the widget owns the words (`ui/texts.ts`). */
export interface Trouble {
  readonly code: string;
  /** What would help: try the same again, sign in again on the site, or nothing. */
  readonly mend: 'retry' | 'sign-in' | 'wait' | 'none';
  readonly retryAfterMs?: number | undefined;
}

export type ConversationPhase = 'loading' | 'idle' | 'answering' | 'reconnecting';

/**
 * One conversation of one identity. Replaced whole when the identity or the session changes; then `dispose()` ends its
 * streams and nothing late can reach the screen.
 */
export interface Conversation {
  readonly messages: ReadonlySignal<readonly ChatMessage[]>;
  readonly phase: ReadonlySignal<ConversationPhase>;
  /** What the agent is doing before or between words: a tool's name, or null. */
  readonly activity: ReadonlySignal<string | null>;
  readonly trouble: ReadonlySignal<Trouble | null>;
  /** Where the messages before these begin; null: there are none. */
  readonly earlier: ReadonlySignal<string | null>;
  /** What the last answer waits for before it goes on, as the server says it. Any later words leave it behind. */
  readonly interrupts: ReadonlySignal<readonly unknown[]>;
  /** The text in the composer; kept over a failed renewal and a reload. What the server refuses for good comes back into it. */
  readonly draft: ReadonlySignal<string>;
  setDraft(text: string): void;
  /** The one letterbox. Empty text is ignored; while an answer runs, up to five wait in order, also over a reload. */
  send(text: string): void;
  /** Ends the running answer; what was said so far stays. */
  stop(): void;
  /** Tries again: what failed to send, or the answer that broke off. */
  retry(): void;
  loadEarlier(): void;
  /** Answers all `interrupts`: the next run goes on from there. They wait again if the server does not take it. */
  resume(entries: readonly ResumeEntry[]): void;
  dispose(): void;
}
