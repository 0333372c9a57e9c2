import { copy, list as listOf, or, text } from '../config/own.ts';
import { batch } from '../reactive/signal.ts';
import { Failure, toFailure } from '../session/failure.ts';
import type { CallInit } from '../session/transport.ts';
import { isFinal, MAX_ATTEMPTS, pause, retryDelayMs } from '../stream/backoff.ts';
import { listen } from '../stream/listen.ts';
import { readMessage } from '../stream/parse-message.ts';
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
  const { clock, life, random } = work;
  const leaving = new AbortController();
  const signal = AbortSignal.any([life, leaving.signal]);
  let cursor = job ? null : runId ? `${runId}:0` : work.cursor;
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
    if (signal.aborted || !(event['type'] === 'resume_gap' || isNext(id, cursor, runId))) return;
    work.cursor = cursor = id;
    attempt = 0;
    const isOver = batch(() => hear(work, event));
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
      await pause(retryDelayMs(attempt, random, failure.retryAfterMs), clock, signal);
      attempt += 1;
    }
  }
}

/** Whether an event is wanted and not known yet, by ids `<run or session>:<number>`. */
function isNext(id: string, cursor: string | null, runId: string | null): boolean {
  const [stream, seq] = id.split(':');
  const [known, last] = `${cursor}`.split(':');
  return (runId ?? stream) === stream && Number(seq) > (stream === known ? Number(last) : 0);
}

/** An event's own members, of a CUSTOM one its name as the type; none of what is no event. */
const readEvent = or((data): WireEvent => {
  const event = copy(JSON.parse(text(data)));
  return copy(event, event['type'] === 'CUSTOM' && { type: event['name'] });
}, copy());

/** Paints one event (contract §7); one that is unknown, or lacks what it needs, is ignored. True when it was the last of its run. */
const hear = (work: Work, event: WireEvent): boolean => or(() => paint(work, event), false)(event);

function paint(work: Work, event: WireEvent): boolean {
  const { list, activity, events, interrupts } = work;
  switch (event['type']) {
    case 'RUN_STARTED':
      begin(work, text(event['runId']));
      break;
    case 'TEXT_MESSAGE_START':
      list.say(text(event['messageId']), null);
      activity.value = null;
      break;
    case 'TEXT_MESSAGE_CONTENT':
      list.say(text(event['messageId']), text(event['delta']));
      break;
    case 'TOOL_CALL_START':
      activity.value = text(event['toolCallName']);
      break;
    case 'TOOL_CALL_RESULT':
      activity.value = null;
      break;
    case 'message_stored': {
      const message = readMessage(event['value']);
      if (list.take(message) && message.role === 'assistant') events.emit('messagereceived', { messageId: message.id });
      break;
    }
    case 'resume_gap':
      work.isStale = true;
      work.detours += 1;
      break;
    case 'RUN_FINISHED': {
      const outcome = copy(event['outcome']);
      end(work, outcome['type'] === 'cancelled' ? 'cancelled' : 'complete');
      interrupts.value = listOf(copy)(outcome['interrupts']);
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
  work.activity.value = work.running = work.stopping = null;
}

/** Idempotent, and asked again when it failed and the connection is back. */
export function stopIfWanted(work: Work): void {
  const { running, api, life } = work;
  if (work.stopping !== 'wanted' || !running) return;
  work.stopping = 'asked';
  api.json(`${pathOf(work)}/runs/${encodeURIComponent(running)}/cancel`, { method: 'POST', signal: life }).catch(() => {
    if (work.stopping) work.stopping = 'wanted';
  });
}
