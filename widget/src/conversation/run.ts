import { batch } from '../reactive/signal.ts';
import { Failure } from '../session/failure.ts';
import type { CallInit } from '../session/transport.ts';
import { follow } from '../stream/follow.ts';
import type { HeardEvent } from '../stream/parse-event.ts';
import { keep, mayListen, pathOf, report, type Work } from './work.ts';

type Post = (init: CallInit) => Promise<Response>;

/**
 * Follows a run from its start and paints it; without `runId` one after the other, until there is something better to do.
 * `post` begins it. Throws `Failure`.
 */
export async function followRun(work: Work, runId: string | null, post?: Post): Promise<void> {
  const { life, phase, list, activity, api } = work;
  const leaving = new AbortController();
  const isBetweenRuns = (): boolean => !(runId ?? work.running);
  const onConnection = (isConnected: boolean): void => {
    phase.value = isBetweenRuns() ? 'idle' : isConnected ? 'answering' : 'reconnecting';
    if (isConnected) stopIfWanted(work);
  };
  work.running = null;
  work.wake = () => {
    if (isBetweenRuns()) leaving.abort();
  };
  onConnection(true);
  try {
    await follow({
      ...work,
      runId,
      cursor: post ? null : runId ? `${runId}:0` : work.cursor,
      open: async (init, cursor) => (post && !cursor ? post(init) : api.call(`${pathOf(work)}/events`, init)),
      signal: AbortSignal.any([life, leaving.signal]),
      onConnection,
      onEvent(event, id) {
        work.cursor = id;
        const isOver = batch(() => hear(work, event));
        onConnection(true);
        if (work.isStale || (isOver && (runId || !mayListen(work) || (work.queue[0] && !work.isHeld)))) leaving.abort();
      },
    });
  } catch (error) {
    // What is not known to be finished is not shown as such.
    list.end('interrupted');
    activity.value = null;
    throw error;
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
      work.detours += 1;
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
  const [job] = work.queue;
  work.running = runId;
  work.interrupts.value = [];
  if (job?.runId !== runId || job.state.value === 'sent') return;
  job.state.value = 'sent';
  // A page that is left right after must not find words again that were sent.
  void keep(work);
  work.events.emit('messagesent', { messageId: job.id });
}

function end(work: Work, event: HeardEvent & { type: 'RUN_FINISHED' | 'RUN_ERROR' }): void {
  const { list, queue, running } = work;
  work.activity.value = work.running = null;
  work.mustStop = false;
  work.detours = 0;
  if (event.type === 'RUN_FINISHED') {
    list.end(event.outcome.type === 'cancelled' ? 'cancelled' : 'complete');
    work.interrupts.value = event.outcome.interrupts;
    return;
  }
  list.end(event.code === 'interrupted' ? 'interrupted' : 'failed');
  if (queue[0]?.runId === running) work.isHeld = true;
  report(work, new Failure(event.code));
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
