import { randomUUID } from 'node:crypto';
import type { Store } from '../store/store.ts';
import { createEventBus, type EventBus } from './event-bus.ts';
import { createHousekeeping } from './housekeeping.ts';
import { createJournal } from './journal.ts';
import { createRun, type EngineDeps, type LiveRun } from './live-run.ts';
import { endOrphan, findRun } from './orphans.ts';
import { type RunRef, refKey } from './run-ref.ts';
import { createRunTable, type RunTable } from './run-table.ts';
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
  readonly forget: RunTable['forget'];
  isDraining(): boolean;
  /** No new runs; waits for the running ones, then ends the rest as `interrupted`. */
  drain(patienceMs: number): Promise<void>;
  /** Ends what a dead process left behind, then keeps leases in order until `drain`. */
  recover(): Promise<void>;
}

const LEASE_MS = 30_000;

export function createEngine(deps: EngineDeps): Engine {
  const owner = randomUUID();
  const bus = createEventBus();
  const journal = createJournal({ ...deps, bus, owner });
  const table = createRunTable();
  const leaseMs = deps.leaseMs ?? LEASE_MS;
  let isDraining = false;

  const house = createHousekeeping({ ...deps, bus, owner, leaseMs, table });
  const start: Engine['start'] = async (request) => {
    if (isDraining && !(await isKnown(deps.store, request.ref))) return { kind: 'draining' };
    const nowMs = deps.clock();
    const wasLost = table.lost.delete(refKey(request.ref));
    const started = await startRun({ store: deps.store, owner }, request, { nowMs, leaseUntilMs: nowMs + leaseMs }).catch(
      (error: unknown) => {
        // The commit may have reached the store, and its answer not us. What was begun so is not begun now: nobody would know.
        table.lose(request.ref);
        throw error;
      },
    );
    // What was lost is there, then, and still nobody works on it.
    if (wasLost && started.kind === 'joined') table.lose(request.ref);
    if (started.kind !== 'started') return started;
    bus.publish(request.ref, started.stored);
    deps.report({ event: 'run_started' });
    const { stored, resume } = started;
    table.add(createRun(deps, { request, resume, lastSeq: stored.length, open: (run) => journal.open(run) }));
    return started;
  };
  return {
    bus,
    start,
    knows: (ref) => isKnown(deps.store, ref),
    cancel: (ref) => cancel({ ...deps, bus }, ref, () => table.live.get(refKey(ref))),
    forget: table.forget,
    isDraining: () => isDraining,
    async drain(patienceMs) {
      isDraining = true;
      await table.endAll(patienceMs);
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

async function isKnown(store: Store, ref: RunRef): Promise<boolean> {
  return (await findRun(store, ref)) !== undefined;
}

async function cancel(
  deps: EngineDeps & { readonly bus: EventBus },
  ref: RunRef,
  findLive: () => LiveRun | undefined,
): Promise<CancelResult> {
  for (;;) {
    // Each time: a run that was just stored begins to run a moment later.
    const run = findLive();
    run?.stop({ kind: 'cancelled' });
    await run?.over;
    const row = await findRun(deps.store, ref);
    if (row === undefined) return { kind: 'missing' };
    if (row.status !== 'running') {
      findLive()?.forget();
      return { kind: 'ended', status: row.status };
    }
    // It runs in another process, whose next write will find it ended. If the lease was renewed in between, once more.
    await endOrphan(deps, { ref, leaseUntilMs: row.lease_until }, { kind: 'cancelled' });
  }
}
