import { batch } from '../reactive/signal.ts';
import type { Bag } from '../config/config.ts';
import { randomUuid } from '../identity/random.ts';
import { toFailure } from '../session/failure.ts';
import { retryDelayMs } from '../stream/backoff.ts';
import { pause } from '../stream/follow.ts';
import { createServerSession, readPage } from './history.ts';
import { followRun } from './run.ts';
import { type Job, keep, mayListen, pathOf, report, waitFor, type Work } from './work.ts';

/** Takes what a reload left behind: its ids are known, so the server takes it once, whatever it has got already. */
export async function restore(work: Work): Promise<void> {
  const { list, draft, drafts, sessionId, life } = work;
  const kept = await drafts?.load(sessionId);
  if (life.aborted || !kept) return;
  if (draft.peek() === '') draft.value = kept.draft;
  for (const job of kept.outbox) list.addMine(job.id, job.text);
  work.queue.unshift(...kept.outbox);
}

export async function run(work: Work): Promise<void> {
  while (!work.life.aborted) {
    try {
      await step(work);
    } catch (error) {
      report(work, error);
      work.isStale = true;
      // Nothing can be read: all waits for the visitor.
      await sleep(work);
    }
  }
}

async function step(work: Work): Promise<void> {
  const { sessionId, activeRun } = work;
  work.mustStop = false;
  if (work.isStale) return load(work);
  if (activeRun) {
    work.activeRun = null;
    // Whatever was wanted again, it is being answered.
    work.wantsAnswer = false;
    return listen(work, activeRun);
  }
  if (work.wantsAnswer) askAgain(work);
  const [job] = work.queue;
  if (job && !work.held) return post(work, job);
  return sessionId === null || !mayListen(work) ? sleep(work) : listen(work, null);
}

async function sleep(work: Work): Promise<void> {
  if (work.life.aborted) return;
  work.phase.value = 'idle';
  await new Promise<void>((resolve) => (work.wake = resolve));
}

async function load(work: Work): Promise<void> {
  const { sessionId, phase, life } = work;
  phase.value = 'loading';
  const page = sessionId === null ? null : await loadPage(work, null);
  await work.restored;
  if (life.aborted) return;
  if (page !== null) {
    work.activeRun = page.active_run;
    work.cursor = page.last_event_id;
    // What the server has of a run that was posted before is here, or comes with the run.
    const left = work.queue.filter(({ runId }) => !page.data.some((message) => message.run_id === runId));
    if (left.length < work.queue.length) {
      work.queue = left;
      keep(work);
    }
    if (work.queue.every(({ resume }) => resume === undefined)) waitFor(work, page.interrupts);
  }
  work.isStale = false;
}

/** The last 50 messages, or those before a cursor, into the list, which puts them in order. Throws `Failure`. */
export async function loadPage(work: Work, before: string | null) {
  const cursor = before === null ? '' : `&before=${encodeURIComponent(before)}`;
  const page = readPage(await work.api.json(`${pathOf(work)}/messages?limit=50${cursor}`));
  if (!work.life.aborted)
    batch(() => {
      page.data.forEach(work.list.take);
      work.earlier.value = page.next_cursor;
    });
  return page;
}

/** Follows a run from its start, or whatever comes. */
async function listen(work: Work, runId: string | null): Promise<void> {
  await followRun(work, { runId, cursor: runId === null ? work.cursor : `${runId}:0`, input: null });
  if (work.isStale) await slowDown(work);
  else work.detours = 0;
}

/** The first detour is taken at once; a server that sends us round and round is asked more and more seldom. */
async function slowDown(work: Work): Promise<void> {
  const { clock, random, life: signal } = work;
  if (work.detours > 0) await pause(retryDelayMs(work.detours, random), { clock, signal });
  work.detours += 1;
}

/** The last words of a visitor once more, under the id that the server knows, as a new run. */
function askAgain(work: Work): void {
  const { list, queue } = work;
  const [first] = queue;
  work.wantsAnswer = false;
  const words = first && list.stateOf(first.id)?.value !== 'queued' ? undefined : list.unanswered();
  if (words?.text) queue.unshift({ ...words, runId: randomUuid(), at: 0 });
}

/** Statuses of a message that the server will never take: its words go back to where they can be changed. */
const REFUSED = [400, 413, 422];

async function post(work: Work, job: Job): Promise<void> {
  const { life, list, phase, draft, drafts } = work;
  const state = list.stateOf(job.id);
  const setState = (next: 'queued' | 'sending' | 'failed'): void => {
    if (state && state.value !== 'sent') state.value = next;
  };
  phase.value = 'answering';
  setState('sending');
  try {
    work.sessionId ??= await makeSession(work);
    // A message is never on its way into a session that a reload would not find it in.
    keep(work);
    await drafts?.flush();
    if (life.aborted) return;
    await followRun(work, { runId: job.runId, cursor: null, input: makeInput(work.sessionId, job, work.settings.peek().context) });
    if (life.aborted) return;
    work.queue.shift();
  } catch (error) {
    if (life.aborted) return;
    const failure = toFailure(error);
    if (failure.runId !== undefined) {
      // Another tab or participant is being answered: watch that first, then ask again.
      setState('queued');
      work.activeRun = failure.runId;
      return slowDown(work);
    }
    report(work, (work.held = failure));
    setState('failed');
    if (state?.value !== 'failed') work.queue.shift();
    else if (REFUSED.includes(failure.status)) {
      work.queue.shift();
      draft.value ||= job.text;
    }
    if (job.resume) waitFor(work, work.waiting);
  }
  keep(work);
  void drafts?.flush();
}

async function makeSession({ api, events, life }: Work): Promise<string> {
  const made = await createServerSession(api);
  if (!life.aborted) events.emit('sessionstarted', { sessionId: made });
  return made;
}

/** AG-UI's `RunAgentInput`: the new message only; history is the server's (contract §7). */
function makeInput(threadId: string, { runId, id, text, resume }: Job, context: Bag | null): object {
  return {
    threadId,
    runId,
    messages: resume ? [] : [{ id, role: 'user', content: text }],
    state: {},
    tools: [],
    context: Object.entries(context ?? {}).map(([description, value]) => ({
      description,
      value: typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
    })),
    forwardedProps: {},
    resume,
  };
}
