import type { Interrupt, MessageStatus, Participant, RunErrorCode, RunEvent, TokenUsage } from '@familiar/protocol';
import { appendMessage } from '../sessions/index.ts';
import type { Sql } from '../store/store.ts';
import { type Pause, writeInterrupts } from './interrupts.ts';
import { type RunRef, refValues } from './run-ref.ts';

/** How a run ended. */
export type Ending =
  | { readonly kind: 'success' }
  | { readonly kind: 'cancelled' }
  /** Its tool waits for a fresh sign-in of this participant. */
  | { readonly kind: 'interrupt'; readonly pause: Pause; readonly participant: Participant }
  | { readonly kind: 'failed'; readonly code: RunErrorCode };

export interface RunEnd {
  readonly ref: RunRef;
  readonly ending: Ending;
  /** What the agent said; `null` if nothing. */
  readonly answer: { readonly id: string; readonly text: string } | null;
  readonly usage: readonly TokenUsage[];
  readonly nowMs: number;
}

/** For readers who know no codes; the widget has words of its own. */
const SENTENCES: Readonly<Record<RunErrorCode, string>> = {
  interrupted: 'The answer was interrupted. Try again.',
  model_unavailable: 'The model cannot be reached. Try again later.',
  model_bad_response: 'The model gave no usable answer. Try again.',
  agent_failed: 'The agent could not answer. Try again.',
  store_unavailable: 'The answer could not be stored. Try again.',
};

/** Stores the answer, closes the run, frees the session; returns the last events, for the same transaction. */
export async function writeEnd(sql: Sql, end: RunEnd): Promise<RunEvent[]> {
  const { ref, ending, usage, nowMs } = end;
  const stored = await storeAnswer(sql, end);
  const written = usage.length === 0 ? null : JSON.stringify(usage);
  await sql.run('UPDATE runs SET status = $5, usage = $6, ended_at = $7 WHERE agent = $1 AND instance = $2 AND session = $3 AND run = $4', [
    ...refValues(ref),
    ref.run,
    statusOf(ending),
    written,
    nowMs,
  ]);
  await sql.run('UPDATE sessions SET active_run = NULL WHERE agent = $1 AND instance = $2 AND session = $3 AND active_run = $4', [
    ...refValues(ref),
    ref.run,
  ]);
  const interrupts = ending.kind === 'interrupt' ? await writeInterrupts(sql, { ref, nowMs, ...ending }) : [];
  return [...stored, lastEvent({ ref, ending, usage, interrupts })];
}

async function storeAnswer(sql: Sql, { ref, ending, answer, nowMs }: RunEnd): Promise<RunEvent[]> {
  if (answer === null || answer.text === '') return [];
  const message = { session: ref.session, id: answer.id, role: 'assistant' as const, content: answer.text, run: ref.run };
  const value = await appendMessage(sql, ref.scope, { ...message, status: messageStatus(ending), now: nowMs });
  return value === null ? [] : [{ type: 'CUSTOM', name: 'message_stored', value }];
}

/** `runs.status`: `running` before it. A failed run is told by its code. */
export function statusOf(ending: Ending): string {
  return ending.kind === 'failed' ? ending.code : ending.kind;
}

function messageStatus(ending: Ending): MessageStatus {
  if (ending.kind === 'success' || ending.kind === 'interrupt') return 'complete';
  if (ending.kind === 'cancelled') return 'cancelled';
  return ending.code === 'interrupted' ? 'interrupted' : 'failed';
}

interface LastEvent extends Pick<RunEnd, 'ref' | 'ending' | 'usage'> {
  readonly interrupts: readonly Interrupt[];
}

function lastEvent({ ref, ending, usage, interrupts }: LastEvent): RunEvent {
  if (ending.kind === 'failed') return { type: 'RUN_ERROR', message: SENTENCES[ending.code], code: ending.code };
  const outcome = ending.kind === 'interrupt' ? { type: ending.kind, interrupts } : { type: ending.kind };
  return { type: 'RUN_FINISHED', threadId: ref.session, runId: ref.run, outcome, ...(usage.length === 0 ? {} : { usage }) };
}

/** The last event of a run whose events are kept no more, from `runs.status`. What it waited for has expired by then. */
export function lastEventOf(ref: RunRef, status: string): RunEvent {
  const rest = { ref, usage: [], interrupts: [] };
  if (status === 'success') return lastEvent({ ...rest, ending: { kind: status } });
  if (status === 'cancelled' || status === 'interrupt') return lastEvent({ ...rest, ending: { kind: 'cancelled' } });
  const code = status in SENTENCES ? (status as RunErrorCode) : 'agent_failed';
  return lastEvent({ ...rest, ending: { kind: 'failed', code } });
}
