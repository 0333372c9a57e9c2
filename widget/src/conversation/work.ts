import type { Interrupt, ResumeEntry } from '@familiar/protocol';
import type { Signal } from '../reactive/signal.ts';
import type { Failure } from '../session/failure.ts';
import type { ConversationPhase, Trouble } from './conversation.ts';
import type { Unsent } from './drafts.ts';
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
  /** The first interrupt that is not answered. */
  readonly interrupt: Signal<Interrupt | null>;
  waiting: readonly Interrupt[];
  given: readonly ResumeEntry[];
  queue: Job[];
  sessionId: string | null;
  /** What was kept over a reload is in the queue. */
  restored?: Promise<void>;
  /** The messages must be loaded before anything else. */
  isStale: boolean;
  isPaging?: boolean;
  /** A run to be followed from its start. */
  activeRun?: string | null;
  /** The last event that is known. */
  cursor?: string | null;
  /** The visitor wants the answer that broke off. */
  wantsAnswer?: boolean;
  /** The first of the queue failed: it waits for the visitor, and the rest for it. */
  held?: Failure | null;
  /** How often in a row the server was busy with another run, or had forgotten the events. */
  detours: number;
  /** The run under way, from its first event on. */
  running?: string | null;
  mustStop?: boolean;
  /** The run that the server was asked to cancel. */
  cancelled?: string | null;
  /** Ends the sleep, or the listening for others unless one of them is being answered. */
  wake: () => void;
}

export const pathOf = ({ sessionId }: Work): string => `/v1/sessions/${encodeURIComponent(sessionId ?? '')}`;

export function report({ life, trouble, onTrouble }: Work, error: unknown): void {
  if (life.aborted) return;
  trouble.value = troubleFrom(error);
  onTrouble(trouble.value);
}

/** Keeps the draft and what the server is not known to have. */
export function keep({ life, drafts, draft, queue, list, sessionId }: Work): void {
  if (life.aborted) return;
  const isUnsent = ({ id }: Job): boolean => (list.stateOf(id)?.peek() ?? 'sent') !== 'sent';
  const outbox = queue.filter(isUnsent).map((job): Unsent => ({ ...job, sessionId }));
  drafts?.save({ draft: draft.peek(), outbox });
}

/** What the last run waits for, from the first one on. */
export function waitFor(work: Work, interrupts: readonly Interrupt[]): void {
  work.waiting = interrupts;
  work.given = [];
  work.interrupt.value = interrupts[0] ?? null;
}

export const mayListen = ({ grant, isOpen }: Work): boolean => grant.instance.kind === 'shared' && isOpen.peek();
