import type { EventBus } from './event-bus.ts';
import { renewLeases } from './leases.ts';
import type { EngineDeps } from './live-run.ts';
import { endOrphan, findOrphans, findRun } from './orphans.ts';
import { refKey } from './run-ref.ts';
import type { RunTable } from './run-table.ts';

export interface HousekeepingDeps extends EngineDeps {
  readonly bus: EventBus;
  readonly owner: string;
  readonly leaseMs: number;
  readonly table: RunTable;
}

/** Leases renewed; runs ended that nobody works on. */
export interface Housekeeping {
  /** Once: ends runs whose lease ended before this time, in milliseconds since 1970. */
  keep(orphansBeforeMs: number): Promise<void>;
  /** From now on, at a third of the lease. */
  start(): void;
  stop(): void;
}

export function createHousekeeping(deps: HousekeepingDeps): Housekeeping {
  let timer: NodeJS.Timeout | undefined;
  const keep = async (orphansBeforeMs: number): Promise<void> => {
    try {
      await keepLeases(deps);
      await endLost(deps);
      await endOrphans(deps, orphansBeforeMs);
    } catch (error) {
      deps.report({ event: 'housekeeping_failed', error });
    }
  };
  return {
    keep,
    start() {
      timer = setInterval(() => void keep(deps.clock()), deps.leaseMs / 3);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}

/** A run that was cancelled in another process, and says nothing meanwhile, is told by this. */
async function keepLeases({ store, clock, table: { live }, owner, leaseMs }: HousekeepingDeps): Promise<void> {
  const runs = [...live.values()].map(({ ref }) => ref);
  const ended = await renewLeases(store, runs, { owner, leaseUntilMs: clock() + leaseMs });
  for (const ref of ended) live.get(refKey(ref))?.forget();
}

async function endLost(deps: HousekeepingDeps): Promise<void> {
  for (const [key, ref] of deps.table.lost) {
    const run = await findRun(deps.store, ref);
    // Looked at after the wait: the same run may have been posted once more.
    const isOurs = deps.table.lost.has(key) && !deps.table.live.has(key) && run?.status === 'running' && run.owner === deps.owner;
    if (isOurs && (await endOrphan(deps, { ref, leaseUntilMs: run.lease_until }, { kind: 'failed', code: 'store_unavailable' })))
      deps.report({ event: 'run_recovered', status: 'store_unavailable' });
    deps.table.lost.delete(key);
  }
}

async function endOrphans(deps: HousekeepingDeps, beforeMs: number): Promise<void> {
  for (const orphan of await findOrphans(deps.store, beforeMs)) {
    if (deps.table.live.has(refKey(orphan.ref))) continue;
    const wasEnded = await endOrphan(deps, orphan, { kind: 'failed', code: 'interrupted' });
    if (wasEnded) deps.report({ event: 'run_recovered', status: 'interrupted' });
  }
}
