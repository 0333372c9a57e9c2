import { batch } from '../reactive/signal.ts';
import { randomUuid } from '../identity/random.ts';
import { toFailure } from '../session/failure.ts';
import { retryDelayMs } from '../stream/backoff.ts';
import { pause } from '../stream/follow.ts';
import type { CallInit } from '../session/transport.ts';
import type { SendState } from './conversation.ts';
import { createServerSession, readPage } from './history.ts';
import { followRun } from './run.ts';
import { type Job, keep, mayListen, pathOf, report, type Work } from './work.ts';

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
  queue.unshift(...kept.outbox.map((job): Job => ({ ...job, state: list.addMine(job.id, job.text) })));
}

async function step(work: Work): Promise<void> {
  const { sessionId, activeRun } = work;
  work.mustStop = false;
  if (work.isStale) return load(work);
  work.activeRun = null;
  if (activeRun) return followRun(work, activeRun);
  const [job] = work.queue;
  if (job && !work.isHeld) return post(work, job);
  return sessionId === null || !mayListen(work) ? sleep(work) : followRun(work, null);
}

async function sleep(work: Work): Promise<void> {
  work.phase.value = 'idle';
  await new Promise<void>((resolve) => (work.wake = resolve));
}

/** The first detour is taken at once; a server that sends us round and round is asked more and more seldom. */
async function load(work: Work): Promise<void> {
  const { clock, detours, life: signal, random } = work;
  work.phase.value = 'loading';
  if (detours > 1) await pause(retryDelayMs(detours - 1, random), { clock, signal });
  if (work.sessionId !== null) {
    const page = await loadPage(work, null);
    work.activeRun = page.active_run;
    work.cursor = page.last_event_id;
    // What the server has of a run that was posted before is here, or comes with the run.
    work.queue = work.queue.filter(({ runId }) => !page.data.some((message) => message.run_id === runId));
    void keep(work);
    if (work.queue.every(({ resume }) => !resume)) work.interrupts.value = page.interrupts;
    // Whatever was wanted again, it may be being answered.
    if (work.wantsAnswer && !work.activeRun) askAgain(work);
  }
  work.isStale = work.wantsAnswer = false;
}

/** The last 50 messages, or those before a cursor, into the list, which puts them in order. Throws `Failure`. */
export async function loadPage(work: Work, before: string | null) {
  const cursor = before === null ? '' : `&before=${encodeURIComponent(before)}`;
  const page = readPage(await work.api.json(`${pathOf(work)}/messages?limit=50${cursor}`));
  batch(() => {
    page.data.forEach(work.list.take);
    work.earlier.value = page.next_cursor;
  });
  return page;
}

/** The last words of a visitor once more, under the id that the server knows, as a new run. */
function askAgain({ list, queue }: Work): void {
  const [first] = queue;
  const words = first && first.state.value !== 'queued' ? undefined : list.unanswered();
  if (words?.text) queue.unshift({ ...words, runId: randomUuid(), at: 0 });
}

/** Statuses of a message that the server will never take: its words go back to where they can be changed. */
const REFUSED = [400, 413, 422];

async function post(work: Work, job: Job): Promise<void> {
  const { draft, queue } = work;
  const { resume, runId, state, text } = job;
  const reach = (next: SendState): void => {
    if (state.value !== 'sent') state.value = next;
  };
  reach('sending');
  try {
    await followRun(work, runId, async (init) => begin(work, job, init));
    queue.shift();
  } catch (error) {
    const { code, status } = toFailure(error);
    if (code === 'run_in_progress') {
      // Another tab or participant is being answered: watch that first, then ask again.
      reach('queued');
      work.isStale = true;
      work.detours += 1;
      return;
    }
    report(work, error);
    reach('failed');
    work.isHeld = true;
    // What it answers still waits, unless the server says otherwise.
    if (resume) work.isStale = true;
    if (state.value === 'sent') queue.shift();
    else if (REFUSED.includes(status)) {
      queue.shift();
      draft.value ||= text;
    }
  }
  void keep(work);
}

/** Sends the new message only; history is the server's (contract §7). The session that it begins is made before. */
async function begin(work: Work, { runId, id, text, resume }: Job, init: CallInit): Promise<Response> {
  const { api, events } = work;
  if (work.sessionId === null) events.emit('sessionstarted', { sessionId: (work.sessionId = await createServerSession(api, init)) });
  // A message is never on its way into a session that a reload would not find it in.
  await keep(work);
  return api.call(`${pathOf(work)}/runs`, {
    ...init,
    method: 'POST',
    body: {
      threadId: work.sessionId,
      runId,
      messages: resume ? [] : [{ id, role: 'user', content: text }],
      state: {},
      tools: [],
      context: Object.entries(work.settings.peek().context ?? {}).map(([description, value]) => ({
        description,
        value: typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
      })),
      forwardedProps: {},
      resume,
    },
  });
}
