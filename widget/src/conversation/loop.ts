import { batch } from '../reactive/signal.ts';
import { randomUuid } from '../identity/random.ts';
import { toFailure } from '../session/failure.ts';
import { pause, retryDelayMs } from '../stream/backoff.ts';
import { readPage } from './history.ts';
import { followRun } from './run.ts';
import { type Job, keep, pathOf, report, type Work } from './work.ts';

export async function run(work: Work): Promise<void> {
  await restore(work);
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

/** Takes what a reload left behind: its ids are known, so the server takes it once, whatever it has got already. */
async function restore({ list, draft, drafts, sessionId, queue }: Work): Promise<void> {
  const kept = await drafts?.load(sessionId);
  if (!kept) return;
  draft.value ||= kept.draft;
  queue.unshift(...kept.outbox.map((job): Job => ({ ...job, state: list.add(job.id, job.text) })));
}

async function step(work: Work): Promise<void> {
  const [job] = work.queue;
  work.stop = null;
  if (work.isStale) return load(work);
  if (job && !work.isHeld) return post(work, job);
  return work.sessionId !== null && work.grant.instance.kind === 'shared' && work.isOpen.peek() ? followRun(work, null) : sleep(work);
}

async function sleep(work: Work): Promise<void> {
  work.phase.value = 'idle';
  await new Promise<void>((resolve) => (work.wake = resolve));
}

/** The first detour is taken at once; a server that sends us round and round is asked more and more seldom. */
async function load(work: Work): Promise<void> {
  work.phase.value = 'loading';
  if (work.detours > 1) await pause(retryDelayMs(work.detours - 1, work.random), work.clock, work.life);
  const page = work.sessionId === null ? null : await loadPage(work);
  if (page) {
    work.cursor = page.last_event_id;
    // What the server has of a run that was posted before is here, or comes with the run.
    work.queue = work.queue.filter(({ runId }) => !page.data.some((message) => message.run_id === runId));
    void keep(work);
    if (work.queue.every(({ resume }) => !resume)) work.interrupts.value = page.interrupts;
    // Whatever was wanted again, it may be being answered.
    if (work.wantsAnswer && !page.active_run) askAgain(work);
  }
  work.isStale = work.wantsAnswer = false;
  if (page?.active_run) await followRun(work, page.active_run);
}

/** The last 50 messages, or those before a cursor, into the list, which puts them in order. Throws `Failure`. */
export async function loadPage(work: Work, query = '') {
  const page = readPage(await work.api.json(`${pathOf(work)}/messages?limit=50${query}`));
  batch(() => {
    page.data.forEach(work.list.take);
    work.earlier.value = page.next_cursor;
  });
  return page;
}

/** The last words of a visitor once more, under the id that the server knows, as a new run. */
function askAgain({ list, queue }: Work): void {
  const stored = list.messages.value.filter(({ kind, state }) => kind === 'answer' || state.value === 'sent');
  const words = stored.findLast(({ kind }) => kind === 'user');
  const text = words?.text.value;
  const isAnswered = !/sent|interrupted|failed/.test(`${stored.at(-1)?.state.value}`);
  if (text && !isAnswered && (queue[0]?.state.value ?? 'queued') === 'queued')
    queue.unshift({ ...words, text, runId: randomUuid(), at: 0 });
}

/** Statuses of a message that the server will never take: its words go back to where they can be changed. */
const REFUSED = [400, 413, 422];

async function post(work: Work, job: Job): Promise<void> {
  const { queue } = work;
  const { resume, runId, state, text } = job;
  if (state.value !== 'sent') state.value = 'sending';
  try {
    await followRun(work, runId, job);
    queue.shift();
  } catch (error) {
    const { code, status } = toFailure(error);
    const isBusy = code === 'run_in_progress';
    const isSent = state.value === 'sent';
    if (!isSent) state.value = isBusy ? 'queued' : 'failed';
    if (isBusy) {
      // Another tab or participant is being answered: watch that first, then ask again.
      work.isStale = true;
      work.detours += 1;
      return;
    }
    report(work, error);
    work.isHeld = true;
    // What it answers still waits, unless the server says otherwise.
    if (resume) work.isStale = true;
    if (isSent) queue.shift();
    else if (REFUSED.includes(status)) {
      queue.shift();
      work.draft.value ||= text;
    }
  }
  void keep(work);
}
