import { type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Interrupt, ResumeEntry } from '@familiar/protocol';
import { randomUuid } from '../identity/random.ts';
import { Failure } from '../session/failure.ts';
import type { ConversationPhase } from './conversation.ts';
import { createInterrupts, type Interrupts } from './interrupts.ts';
import { createRunFollower, type RunFollower } from './run-follower.ts';
import { beginWork, type Job, mayListen, release, run, type Work, type WorkerOptions } from './work.ts';

/** Does one thing at a time: load, follow what is being answered, send what waits, listen to others. */
export interface Worker {
  readonly phase: ReadonlySignal<ConversationPhase>;
  readonly activity: ReadonlySignal<string | null>;
  readonly interrupt: ReadonlySignal<Interrupt | null>;
  /** Takes a message; or the code of why not. */
  accept(text: string): 'message_too_large' | 'queue_full' | null;
  /** Texts that wait or failed to be sent. What is on its way is not among them: the server may have it. */
  unsent(): readonly string[];
  readonly resume: (entry: ResumeEntry) => void;
  retry(): void;
  readonly stop: () => void;
  /** Looks whether there is something to do. */
  readonly wake: () => void;
}

export function createWorker(given: Omit<WorkerOptions, 'phase' | 'activity'>): Worker {
  const options = { ...given, phase: signal<ConversationPhase>('loading'), activity: signal<string | null>(null) };
  const interrupts = createInterrupts();
  const work = beginWork(
    options,
    createPainter(options, interrupts, () => work),
  );
  const { follower } = work;
  const wake = (): void => {
    work.isStuck = false;
    follower.leave();
    work.rouse();
  };
  const add = (job: Omit<Job, 'runId'>): void => {
    work.queue.push({ runId: randomUuid(), ...job });
    wake();
  };
  void run(work);
  return {
    phase: options.phase,
    activity: options.activity,
    interrupt: interrupts.first,
    accept(text) {
      if (new TextEncoder().encode(text).length > options.messageBytes) return 'message_too_large';
      if (work.queue.length > options.queueLimit) return 'queue_full';
      release(work);
      const id = randomUuid();
      options.list.addMine(id, text);
      add({ id, text });
      return null;
    },
    unsent: () => work.queue.filter(({ id }) => /queued|failed/.test(options.list.sendState(id)?.value ?? '')).map(({ text }) => text),
    resume(entry) {
      const resume = interrupts.answer(entry);
      if (resume === null) return;
      release(work);
      add({ id: '', text: '', resume, askAgain: interrupts.reopen });
    },
    retry() {
      release(work);
      work.isStale = work.wantsAnswer = true;
      wake();
    },
    stop() {
      work.stopAsked = true;
      follower.stop();
    },
    wake,
  };
}

/** The follower of runs, and what a run's start and end mean to those who wait. */
function createPainter(options: WorkerOptions, interrupts: Interrupts, work: () => Work): RunFollower {
  return createRunFollower({
    ...options,
    onStarted(runId) {
      interrupts.open([]);
      const [job] = work().queue;
      const state = job?.runId === runId ? options.list.sendState(job.id) : null;
      if (job === undefined || state === null || state.value === 'sent') return;
      state.value = 'sent';
      options.onSent(job.id);
    },
    onEnded(code, waiting) {
      interrupts.open(waiting);
      if (code !== null) options.report(new Failure(code));
    },
    mustLeave: () => !mayListen(work()) || (work().queue.length > 0 && work().held === null),
  });
}
