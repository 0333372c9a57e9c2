import type { ResumeEntry } from '@familiar/protocol';
import type { Signal } from '../reactive/signal.ts';
import type { AnswerState, ConversationPhase, SendState, Trouble } from './conversation.ts';
import type { MessageList } from './message-list.ts';
import type { ConversationOptions } from './options.ts';
import { troubleFrom } from './trouble.ts';

/** What waits for its run: a message, or the answers to interrupts. Posted again, it keeps its ids: the server takes it once. */
export interface Job {
  readonly runId: string;
  /** The message's; empty for the answers to interrupts. */
  readonly id: string;
  readonly text: string;
  readonly at: number;
  /** What the message has reached; `sent` for what is none. */
  readonly state: Signal<SendState | AnswerState>;
  readonly resume?: readonly ResumeEntry[];
}

/** All that a conversation knows. It does one thing at a time: load, follow what is being answered, send what waits, listen to others. */
export interface Work extends ConversationOptions {
  readonly life: AbortSignal;
  readonly list: MessageList;
  readonly phase: Signal<ConversationPhase>;
  readonly activity: Signal<string | null>;
  readonly trouble: Signal<Trouble | null>;
  readonly draft: Signal<string>;
  /** For the page before; null when there is none. */
  readonly earlier: Signal<string | null>;
  readonly interrupts: Signal<readonly unknown[]>;
  queue: Job[];
  sessionId: string | null;
  /** The messages must be loaded before anything else. */
  isStale?: boolean;
  isPaging?: boolean;
  /** The last event that is known. */
  cursor?: string | null;
  /** The visitor wants the answer that broke off. */
  wantsAnswer?: boolean;
  /** The first of the queue failed: it waits for the visitor, and the rest for it. */
  isHeld?: boolean;
  /** How often in a row the server was busy with another run, or had forgotten the events. */
  detours: number;
  /** The run under way, from its first event on. */
  running?: string | null;
  /** The wish to cancel the run: `queued` until the run has begun. */
  stop?: SendState | null;
  /** Ends the sleep, or the listening for others unless one of them is being answered. */
  wake: () => void;
}

export const pathOf = ({ sessionId }: Work): string => `/v1/sessions/${encodeURIComponent(`${sessionId}`)}`;

export function report({ life, trouble, onTrouble }: Work, error: unknown): void {
  if (!life.aborted) onTrouble((trouble.value = troubleFrom(error)));
}

/** Keeps the draft and what the server is not known to have. */
export async function keep({ life, drafts, draft, queue, sessionId }: Work): Promise<void> {
  const unsent = queue.filter(({ state }) => state.peek() !== 'sent');
  if (!life.aborted) await drafts?.save({ draft: draft.peek(), outbox: unsent.map((job) => ({ ...job, sessionId })) });
}
