import type { LiveRun } from './live-run.ts';
import { type RunRef, refKey } from './run-ref.ts';

/** The runs of this process. */
export interface RunTable {
  /** Those that are being worked on. */
  readonly live: ReadonlyMap<string, LiveRun>;
  /** Those that the store may hold as running, and nobody works on: the store failed their start or their end. */
  readonly lost: Map<string, RunRef>;
  /** Until it is over. */
  add(run: LiveRun): void;
  lose(ref: RunRef): void;
  /** Stops the runs of a session, or of all the instance's sessions; nothing of them is written. */
  readonly forget: (where: { readonly scope: RunRef['scope']; readonly session?: string }) => void;
  /** Waits for the running ones, then ends the rest as `interrupted`. */
  endAll(patienceMs: number): Promise<void>;
}

const LAST_WRITES_MS = 5000;
/** What is beyond it waits for its lease to run out. */
const MOST_LOST = 1000;

export function createRunTable(): RunTable {
  const live = new Map<string, LiveRun>();
  const lost = new Map<string, RunRef>();
  const lose = (ref: RunRef): void => {
    if (lost.size < MOST_LOST) lost.set(refKey(ref), ref);
  };
  const watch = async (run: LiveRun): Promise<void> => {
    const status = await run.over;
    live.delete(refKey(run.ref));
    if (status === 'lost') lose(run.ref);
  };
  return {
    live,
    lost,
    lose,
    add(run) {
      live.set(refKey(run.ref), run);
      void watch(run);
    },
    forget({ scope, session }) {
      for (const run of live.values()) {
        const isInside = run.ref.scope.agent === scope.agent && run.ref.scope.instance === scope.instance;
        if (isInside && (session === undefined || run.ref.session === session)) run.forget();
      }
    },
    async endAll(patienceMs) {
      const all = (): Promise<string>[] => [...live.values()].map(({ over }) => over);
      await settleWithin(all(), patienceMs);
      for (const run of live.values()) run.stop({ kind: 'failed', code: 'interrupted' });
      await settleWithin(all(), LAST_WRITES_MS);
    },
  };
}

async function settleWithin(all: readonly Promise<unknown>[], patienceMs: number): Promise<void> {
  if (all.length === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => (timer = setTimeout(resolve, patienceMs)));
  await Promise.race([Promise.allSettled(all), patience]);
  clearTimeout(timer);
}
