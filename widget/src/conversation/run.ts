import { copy, list as listOf, or, text } from '../config/own.ts';
import { batch } from '../reactive/signal.ts';
import { Failure, toFailure } from '../session/failure.ts';
import type { CallInit } from '../session/transport.ts';
import { isFinal, MAX_ATTEMPTS, pause, retryDelayMs } from '../stream/backoff.ts';
import { listen } from '../stream/listen.ts';
import { maybe, readMessage } from '../stream/parse-message.ts';
import type { AnswerState } from './conversation.ts';
import { ask } from './ask.ts';
import { type Job, keep, pathOf, report, type Work } from './work.ts';

type WireEvent = Readonly<Record<string, unknown>>;

const STABLE_MS = 60_000;

/**
 * Follows a run from its start and paints it; without `runId` one after the other, until there is something better to do.
 * `job` begins it. It goes on over as many connections as it takes. Throws `Failure` where trying again cannot help or did
 * not in ten attempts of a browser that is online.
 */
export async function followRun(work: Work, runId: string | null, job?: Job): Promise<void> {
  const { clock } = work;
  const leaving = new AbortController();
  const signal = AbortSignal.any([work.life, leaving.signal]);
  let cursor: Work['cursor'] = job ? null : runId ? `${runId}:0` : work.cursor;
  let attempt = 0;
  const isBetweenRuns = (): boolean => !(runId ?? work.running);
  const reach = (isConnected: boolean): void => {
    work.phase.value = isBetweenRuns() ? 'idle' : isConnected ? 'answering' : 'reconnecting';
    if (isConnected) stopIfWanted(work);
  };
  const open = async (init: CallInit): Promise<Response> => {
    const response = await (job && !cursor ? ask(work, job, init) : work.api.call(`${pathOf(work)}/events`, init));
    reach(true);
    return response;
  };
  const take = (data: string, id: string): void => {
    const event = readEvent(data);
    if (signal.aborted || !(event['name'] === 'resume_gap' || isNext(id, cursor, runId))) return;
    work.cursor = cursor = id;
    attempt = 0;
    // What cannot be read is ignored like what is not known.
    const isOver = batch(() => or(() => paint(work, event), false)(event));
    reach(true);
    if (isOver) work.detours = 0;
    if (work.isStale || isOver) leaving.abort();
  };
  work.running = null;
  work.wake = () => {
    if (isBetweenRuns()) leaving.abort();
  };
  reach(true);
  while (!signal.aborted) {
    const since = clock.now();
    try {
      await listen({ clock, cursor, open, signal, take });
    } catch (error) {
      if (signal.aborted) return;
      const failure = toFailure(error);
      if (clock.now() - since > STABLE_MS) attempt = 0;
      if (isFinal(failure) || (attempt >= MAX_ATTEMPTS && navigator.onLine)) {
        // What is not known to be finished is not shown as such.
        end(work, 'interrupted');
        throw failure;
      }
      reach(false);
      await pause(retryDelayMs(attempt, work.random, failure.retryAfterMs), clock, signal);
      attempt += 1;
    }
  }
}

/** Whether an event is wanted and not known yet, by ids `<run or session>:<number>`. */
function isNext(id: string, cursor: Work['cursor'], runId: string | null): boolean {
  const [stream, seq] = id.split(':');
  const [known, last] = `${cursor}`.split(':');
  return (runId ?? stream) === stream && Number(seq) > (stream === known ? Number(last) : 0);
}

/** An event's own members, of a CUSTOM one its name as the type; none of what is no event. */
const readEvent = or((data): WireEvent => {
  return copy(JSON.parse(text(data)));
}, copy());

/** Paints one event (contract §7). True when it was the last of its run. Throws where one lacks what it needs. */
function paint(work: Work, event: WireEvent): boolean {
  switch (event['type'] === 'CUSTOM' ? event['name'] : event['type']) {
    case 'RUN_STARTED':
      begin(work, text(event['runId']));
      break;
    case 'TEXT_MESSAGE_START':
      work.list.say(text(event['messageId']), null);
      work.activity.value = null;
      break;
    case 'TEXT_MESSAGE_CONTENT':
      work.list.say(text(event['messageId']), text(event['delta']));
      break;
    case 'TOOL_CALL_START':
    case 'TOOL_CALL_RESULT':
      work.activity.value = maybe(event['toolCallName']);
      break;
    case 'message_stored': {
      const message = readMessage(event['value']);
      if (work.list.take(message) && message.role === 'assistant') work.events.emit('messagereceived', { messageId: message.id });
      break;
    }
    case 'resume_gap':
      work.isStale = true;
      work.detours += 1;
      break;
    case 'RUN_FINISHED': {
      const outcome = copy(event['outcome']);
      end(work, outcome['type'] === 'cancelled' ? 'cancelled' : 'complete');
      work.interrupts.value = listOf(copy)(outcome['interrupts']);
      return true;
    }
    case 'RUN_ERROR': {
      const code = or(text, 'agent_failed')(event['code']);
      if (work.queue[0]?.runId === work.running) work.isHeld = true;
      end(work, code === 'interrupted' ? code : 'failed');
      report(work, new Failure(code));
      return true;
    }
  }
  return false;
}

/** The server has begun a run: its message is durable. */
function begin(work: Work, runId: string): void {
  const [job] = work.queue;
  work.running = runId;
  work.interrupts.value = [];
  if (job?.runId !== runId || job.state.value === 'sent') return;
  job.state.value = 'sent';
  // A page that is left right after must not find words again that were sent.
  void keep(work);
  work.events.emit('messagesent', { messageId: job.id });
}

/** Nothing more is said in the run. */
function end(work: Work, state: AnswerState): void {
  work.list.end(state);
  work.activity.value = work.running = work.stop = null;
}

/** Idempotent, and asked again when it failed and the connection is back. */
export function stopIfWanted(work: Work): void {
  const { running } = work;
  if (work.stop !== 'queued' || !running) return;
  work.stop = 'sent';
  work.api.json(`${pathOf(work)}/runs/${encodeURIComponent(running)}/cancel`, { method: 'POST', signal: work.life }).catch(() => {
    if (work.stop) work.stop = 'queued';
  });
}
