import { randomUUID } from 'node:crypto';
import type { Row, Store } from '../store/store.ts';
import { createEventBus, type EventBus } from './event-bus.ts';
import { createHousekeeping } from './housekeeping.ts';
import { createJournal } from './journal.ts';
import { createRun, type EngineDeps, type LiveRun } from './live-run.ts';
import { endOrphan } from './orphans.ts';
import { type RunRef, refKey, refValues } from './run-ref.ts';
import { type RunRequest, type Started, startRun } from './start-run.ts';

export type { EngineDeps, RunReport } from './live-run.ts';

export type CancelResult = { readonly kind: 'ended'; readonly status: string } | { readonly kind: 'missing' };

/** Runs agents, owned by this process and by no connection. */
export interface Engine {
  readonly bus: EventBus;
  /** `draining`: no new runs; one that is there can still be joined. */
  start(request: RunRequest): Promise<Started | { readonly kind: 'draining' }>;
  /** Has this run been started, ever and anywhere? Then a post of it joins. */
  knows(ref: RunRef): Promise<boolean>;
  /** Ends a run with outcome `cancelled`, wherever it runs. Idempotent: a run that has ended keeps its end. */
  cancel(ref: RunRef): Promise<CancelResult>;
  /** Stops the runs of a session that was deleted, or of all the instance's sessions; nothing of them is written. */
  forget(where: { readonly scope: RunRef['scope']; readonly session?: string }): void;
  isDraining(): boolean;
  /** No new runs; waits for the running ones, then ends the rest as `interrupted`. */
  drain(patienceMs: number): Promise<void>;
  /** Ends what a dead process left behind, then keeps leases in order until `drain`. */
  recover(): Promise<void>;
}

const LEASE_MS = 30_000;
const LAST_WRITES_MS = 5000;

export function createEngine(deps: EngineDeps): Engine {
  const owner = randomUUID();
  const bus = createEventBus();
  const journal = createJournal({ ...deps, bus, owner });
  const live = new Map<string, LiveRun>();
  const leaseMs = deps.leaseMs ?? LEASE_MS;
  let isDraining = false;

  const launch = (request: RunRequest, { stored, resume }: Extract<Started, { kind: 'started' }>): void => {
    const key = refKey(request.ref);
    const run = createRun(deps, { request, resume, lastSeq: stored.length, open: (run) => journal.open(run) });
    live.set(key, run);
    void run.over.then(() => live.delete(key));
  };
  const house = createHousekeeping({ ...deps, bus, owner, leaseMs, live });
  const start: Engine['start'] = async (request) => {
    if (isDraining && !(await isKnown(deps.store, request.ref))) return { kind: 'draining' };
    const nowMs = deps.clock();
    const started = await startRun({ store: deps.store, owner }, request, { nowMs, leaseUntilMs: nowMs + leaseMs });
    if (started.kind !== 'started') return started;
    bus.publish(request.ref, started.stored);
    deps.report({ event: 'run_started' });
    launch(request, started);
    return started;
  };
  return {
    bus,
    start,
    knows: (ref) => isKnown(deps.store, ref),
    cancel: (ref) => cancel({ ...deps, bus }, ref, live.get(refKey(ref))),
    forget: (where) => forget(live, where),
    isDraining: () => isDraining,
    async drain(patienceMs) {
      isDraining = true;
      await endAll(live, patienceMs);
      house.stop();
      await journal.flush();
    },
    async recover() {
      // The embedded store has one process: whatever runs in it, and not here, is dead.
      await house.keep(deps.store.kind === 'sqlite' ? Infinity : deps.clock());
      house.start();
    },
  };
}

function forget(live: ReadonlyMap<string, LiveRun>, { scope, session }: Parameters<Engine['forget']>[0]): void {
  for (const run of live.values()) {
    const isInside = run.ref.scope.agent === scope.agent && run.ref.scope.instance === scope.instance;
    if (isInside && (session === undefined || run.ref.session === session)) run.forget();
  }
}

async function endAll(live: ReadonlyMap<string, LiveRun>, patienceMs: number): Promise<void> {
  const all = (): Promise<string>[] => [...live.values()].map(({ over }) => over);
  await settleWithin(all(), patienceMs);
  for (const run of live.values()) run.stop({ kind: 'failed', code: 'interrupted' });
  await settleWithin(all(), LAST_WRITES_MS);
}

async function settleWithin(all: readonly Promise<unknown>[], patienceMs: number): Promise<void> {
  if (all.length === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => (timer = setTimeout(resolve, patienceMs)));
  await Promise.race([Promise.allSettled(all), patience]);
  clearTimeout(timer);
}

interface RunRow extends Row {
  readonly status: string;
  readonly lease_until: number;
}

async function findRun(store: Store, ref: RunRef): Promise<RunRow | undefined> {
  const [row] = await store.rows<RunRow>(
    'SELECT status, lease_until FROM runs WHERE agent = $1 AND instance = $2 AND session = $3 AND run = $4',
    [...refValues(ref), ref.run],
  );
  return row;
}

async function isKnown(store: Store, ref: RunRef): Promise<boolean> {
  return (await findRun(store, ref)) !== undefined;
}

async function cancel(deps: EngineDeps & { readonly bus: EventBus }, ref: RunRef, run: LiveRun | undefined): Promise<CancelResult> {
  run?.stop({ kind: 'cancelled' });
  await run?.over;
  for (;;) {
    const row = await findRun(deps.store, ref);
    if (row === undefined) return { kind: 'missing' };
    if (row.status !== 'running') return { kind: 'ended', status: row.status };
    // It runs in another process, whose next write will find it ended. If the lease was renewed in between, once more.
    await endOrphan(deps, { ref, leaseUntilMs: row.lease_until }, { kind: 'cancelled' });
  }
}
