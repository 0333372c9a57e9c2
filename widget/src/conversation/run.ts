import { batch } from '../reactive/signal.ts';
import { Failure } from '../session/failure.ts';
import { follow, type Target } from '../stream/follow.ts';
import type { HeardEvent } from '../stream/parse-event.ts';
import { keep, mayListen, pathOf, report, waitFor, type Work } from './work.ts';

/** Follows a run and paints it; without `runId` one after the other, until there is something better to do. Throws `Failure`. */
export async function followRun(work: Work, { runId, ...from }: Omit<Target, 'path'>): Promise<void> {
  const { life, phase, list, activity } = work;
  const leaving = new AbortController();
  const target: Target = { ...from, runId, path: pathOf(work) };
  const isBetweenRuns = (): boolean => !(runId ?? work.running);
  const onConnection = (isConnected: boolean): void => {
    if (life.aborted) return;
    phase.value = isBetweenRuns() ? 'idle' : isConnected ? 'answering' : 'reconnecting';
    if (isConnected) stopIfWanted(work);
  };
  work.running = null;
  work.wake = () => {
    if (isBetweenRuns()) leaving.abort();
  };
  onConnection(true);
  try {
    await follow(target, {
      ...work,
      signal: AbortSignal.any([life, leaving.signal]),
      onConnection,
      onEvent(event) {
        const isOver = batch(() => hear(work, event));
        onConnection(true);
        return work.isStale || (isOver && (runId !== null || !mayListen(work) || (work.queue.length > 0 && !work.held)));
      },
    });
  } catch (error) {
    // What is not known to be finished is not shown as such.
    list.end('interrupted');
    activity.value = null;
    throw error;
  } finally {
    work.cursor = target.cursor;
  }
}

/** Paints one event. True when it was the last of its run. */
function hear(work: Work, event: HeardEvent): boolean {
  const { list, activity } = work;
  switch (event.type) {
    case 'RUN_STARTED':
      begin(work, event.runId);
      break;
    case 'TEXT_MESSAGE_START':
      list.say(event.messageId, null);
      activity.value = null;
      break;
    case 'TEXT_MESSAGE_CONTENT':
      list.say(event.messageId, event.delta);
      break;
    case 'TOOL_CALL_START':
      activity.value = event.toolCallName;
      break;
    case 'TOOL_CALL_RESULT':
      activity.value = null;
      break;
    case 'message_stored':
      if (list.take(event.value) && event.value.role === 'assistant') work.events.emit('messagereceived', { messageId: event.value.id });
      break;
    case 'resume_gap':
      work.isStale = true;
      break;
    case 'RUN_FINISHED':
    case 'RUN_ERROR':
      end(work, event);
      return true;
    default:
      event satisfies never;
  }
  return false;
}

/** The server has begun a run: its message is durable. */
function begin(work: Work, runId: string): void {
  const { list, queue, events, drafts } = work;
  const [job] = queue;
  const state = job?.runId === runId ? list.stateOf(job.id) : undefined;
  work.running = runId;
  waitFor(work, []);
  if (!job || !state || state.value === 'sent') return;
  state.value = 'sent';
  // A page that is left right after must not find words again that were sent.
  keep(work);
  void drafts?.flush();
  events.emit('messagesent', { messageId: job.id });
}

function end(work: Work, event: HeardEvent & { type: 'RUN_FINISHED' | 'RUN_ERROR' }): void {
  const { list, activity, queue, running } = work;
  activity.value = null;
  work.running = null;
  work.mustStop = false;
  if (event.type === 'RUN_FINISHED') {
    list.end(event.outcome.type === 'cancelled' ? 'cancelled' : 'complete');
    return waitFor(work, event.outcome.interrupts);
  }
  const failure = new Failure(event.code);
  list.end(event.code === 'interrupted' ? 'interrupted' : 'failed');
  waitFor(work, []);
  if (queue[0]?.runId === running) work.held = failure;
  report(work, failure);
}

/** Idempotent, and asked again when it failed and the connection is back. */
export function stopIfWanted(work: Work): void {
  const { running, api, life } = work;
  if (!work.mustStop || !running || work.cancelled === running) return;
  work.cancelled = running;
  api
    .json(`${pathOf(work)}/runs/${encodeURIComponent(running)}/cancel`, { method: 'POST', signal: life })
    .catch(() => (work.cancelled = null));
}
