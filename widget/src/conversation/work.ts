import type { Signal } from '../reactive/signal.ts';
import type { ResumeEntry } from '@familiar/protocol';
import type { Bag } from '../config/config.ts';
import { randomUuid } from '../identity/random.ts';
import { Failure, toFailure } from '../session/failure.ts';
import { retryDelayMs } from '../stream/backoff.ts';
import { pause } from '../stream/follow.ts';
import type { ConversationPhase } from './conversation.ts';
import { createServerSession } from './history.ts';
import type { MessageList } from './message-list.ts';
import type { ConversationOptions } from './options.ts';
import type { Pages } from './pages.ts';
import type { Outcome, RunFollower } from './run-follower.ts';

/** What waits for its run: a message, or the answers to interrupts. Posted again, it keeps its ids: the server takes it once. */
export interface Job {
  readonly runId: string;
  /** The message's; empty for the answers to interrupts. */
  readonly id: string;
  readonly text: string;
  readonly resume?: readonly ResumeEntry[];
  /** With `resume`: it did not get through, and the visitor is asked again. */
  readonly askAgain?: () => void;
}

export interface WorkerOptions extends ConversationOptions {
  readonly list: MessageList;
  readonly pages: Pages;
  readonly phase: Signal<ConversationPhase>;
  readonly activity: Signal<string | null>;
  readonly life: AbortSignal;
  /** A `Failure`, or what a run ended with. */
  readonly report: (error: unknown) => void;
  /** What `unsent` tells has changed. */
  readonly onUnsent: () => void;
}

export interface Work {
  readonly options: WorkerOptions;
  readonly follower: RunFollower;
  readonly queue: Job[];
  sessionId: string | null;
  /** The messages must be loaded before anything else. */
  isStale: boolean;
  activeRun: string | null;
  /** The last event that is known. */
  cursor: string | null;
  /** The visitor wants the answer that broke off. */
  wantsAnswer: boolean;
  /** The first of the queue failed: it waits for the visitor, and the rest for it. */
  held: Failure | null;
  /** Nothing can be read: all waits for the visitor. */
  isStuck: boolean;
  stopAsked: boolean;
  /** How often in a row the server was busy with another run, or had forgotten the events. */
  detours: number;
  rouse: () => void;
}

export function beginWork(options: WorkerOptions, follower: RunFollower): Work {
  return {
    options,
    follower,
    queue: [],
    sessionId: options.sessionId,
    isStale: true,
    activeRun: null,
    cursor: null,
    wantsAnswer: false,
    held: null,
    isStuck: false,
    stopAsked: false,
    detours: 0,
    rouse: () => undefined,
  };
}

/** Statuses of a message that the server will never take. */
const REFUSED = [400, 413, 422];

/** The visitor goes on: what was held goes first, unless it can never go. */
export function release(work: Work): void {
  if (work.held === null) return;
  const isFirst = work.options.list.sendState(work.queue[0]?.id ?? '')?.value === 'failed';
  if (isFirst && REFUSED.includes(work.held.status)) work.queue.shift();
  work.held = null;
  work.isStale = true;
}

export const mayListen = ({ options }: Work): boolean => options.isShared && options.isOnScreen.peek();

export async function run(work: Work): Promise<void> {
  const { life, report } = work.options;
  while (!life.aborted) {
    try {
      await step(work);
    } catch (error) {
      report(error);
      work.isStuck = work.isStale = true;
    }
  }
}

async function step(work: Work): Promise<void> {
  const { queue, sessionId } = work;
  if (work.isStuck) return sleep(work);
  if (work.isStale) return load(work);
  if (sessionId !== null && work.activeRun !== null) {
    const target = { sessionId, runId: work.activeRun, after: `${work.activeRun}:0`, input: null };
    work.activeRun = null;
    // Whatever was wanted again, it is being answered.
    work.wantsAnswer = false;
    return settle(work, await work.follower.follow(target));
  }
  if (work.wantsAnswer) askAgain(work);
  if (queue[0] !== undefined && work.held === null) return post(work, queue[0]);
  if (sessionId === null || !mayListen(work)) return sleep(work);
  await settle(work, await work.follower.follow({ sessionId, runId: null, after: work.cursor, input: null }));
}

async function sleep(work: Work): Promise<void> {
  work.options.phase.value = 'idle';
  await new Promise<void>((resolve) => (work.rouse = resolve));
}

async function load(work: Work): Promise<void> {
  const { pages, phase, life } = work.options;
  if (work.sessionId !== null) {
    phase.value = 'loading';
    const history = await pages.reload(work.sessionId);
    if (life.aborted) return;
    work.activeRun = history.activeRun;
    work.cursor = history.lastEventId;
  }
  work.isStale = false;
}

/** Takes note of where a stream stopped. Throws what ended it against its will. */
async function settle(work: Work, { cursor, state, failure }: Outcome): Promise<void> {
  work.cursor = cursor;
  if (failure !== null) throw failure;
  if (!state.hasGap) return void (work.detours = 0);
  work.isStale = true;
  await slowDown(work);
}

/** The first detour is taken at once; a server that sends us round and round is asked more and more seldom. */
async function slowDown(work: Work): Promise<void> {
  const { clock, random, life } = work.options;
  if (work.detours > 0) await pause(retryDelayMs(work.detours, random), { clock, signal: life });
  work.detours += 1;
}

/** The last words of a visitor once more, under the id that the server knows, as a new run. */
function askAgain(work: Work): void {
  const { list } = work.options;
  const [first] = work.queue;
  work.wantsAnswer = false;
  const isFirstUnsent = first !== undefined && list.sendState(first.id)?.value !== 'queued';
  const words = isFirstUnsent ? null : list.unanswered();
  if (words !== null) work.queue.unshift({ runId: randomUuid(), id: words.id, text: words.text });
}

async function post(work: Work, job: Job): Promise<void> {
  const { queue, options } = work;
  const { life, list, phase, report } = options;
  const state = list.sendState(job.id);
  const setState = (next: 'queued' | 'sending' | 'failed'): void => {
    if (state !== null && state.value !== 'sent') state.value = next;
  };
  phase.value = 'answering';
  setState('sending');
  work.stopAsked = false;
  options.onUnsent();
  const { failure, hasFailed } = await postOnce(work, job);
  if (life.aborted) return;
  if (failure?.runId !== undefined) {
    // Another tab or participant is being answered: watch that first, then ask again.
    setState('queued');
    work.activeRun = failure.runId;
    return slowDown(work);
  }
  if (failure !== null) report(failure);
  setState('failed');
  if (failure === null || state?.value === 'sent' || job.askAgain !== undefined) queue.shift();
  if (failure !== null) job.askAgain?.();
  if (failure !== null || hasFailed) work.held = failure ?? new Failure('agent_failed');
  options.onUnsent();
}

async function postOnce(work: Work, job: Job): Promise<{ readonly failure: Failure | null; readonly hasFailed: boolean }> {
  try {
    const sessionId = await ensureSession(work);
    const input = makeInput(sessionId, job, work.options.context());
    const following = work.follower.follow({ sessionId, runId: job.runId, after: null, input });
    if (work.stopAsked) work.follower.stop();
    const { state, cursor, failure } = await following;
    work.cursor = cursor;
    work.isStale = state.hasGap;
    return { failure, hasFailed: typeof state.ending?.code === 'string' };
  } catch (error) {
    return { failure: toFailure(error), hasFailed: false };
  }
}

async function ensureSession(work: Work): Promise<string> {
  const { api, life, onSession } = work.options;
  if (work.sessionId !== null) return work.sessionId;
  const made = await createServerSession(api);
  if (made === null) throw new Failure('internal_error');
  if (life.aborted) throw new Failure('aborted');
  onSession((work.sessionId = made));
  return made;
}

/** AG-UI's `RunAgentInput`: the new message only; history is the server's (contract §7). */
function makeInput(threadId: string, { runId, id, text, resume }: Job, context: Bag | null): object {
  return {
    threadId,
    runId,
    messages: resume === undefined ? [{ id, role: 'user', content: text }] : [],
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
