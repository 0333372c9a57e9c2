import type { EventBus } from './event-bus.ts';
import { renewLeases } from './leases.ts';
import type { EngineDeps, LiveRun } from './live-run.ts';
import { endOrphan, findOrphans } from './orphans.ts';
import { refKey } from './run-ref.ts';

export interface HousekeepingDeps extends EngineDeps {
  readonly bus: EventBus;
  readonly owner: string;
  readonly leaseMs: number;
  readonly live: ReadonlyMap<string, LiveRun>;
}

/** Leases renewed, orphans ended. */
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
      const runs = [...deps.live.values()].map(({ ref }) => ref);
      await renewLeases(deps.store, runs, { owner: deps.owner, leaseUntilMs: deps.clock() + deps.leaseMs });
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

async function endOrphans(deps: HousekeepingDeps, beforeMs: number): Promise<void> {
  for (const orphan of await findOrphans(deps.store, beforeMs)) {
    if (deps.live.has(refKey(orphan.ref))) continue;
    const wasEnded = await endOrphan(deps, orphan, { kind: 'failed', code: 'interrupted' });
    if (wasEnded) deps.report({ event: 'run_recovered', status: 'interrupted' });
  }
}
