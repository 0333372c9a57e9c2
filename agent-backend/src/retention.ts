import { setImmediate } from 'node:timers/promises';
import { type InstanceKind, LIMITS } from '@familiar/protocol';
import type { Logger } from 'pino';
import type { Clock } from './identity/clock.ts';
import type { Engine } from './runs/index.ts';
import { endIdleInstance, eraseRemains, listIdleInstances } from './sessions/index.ts';
import { scrub } from './store/scrub.ts';
import type { Store } from './store/store.ts';
import { deleteExpired } from './store/sweep.ts';

export interface RetentionDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly engine: Engine;
  readonly log: Logger;
}

const EVERY_MS = 60_000;
const AT_ONCE = 100;
/** Enough for 50,000 rows a minute of each kind; what is more waits for the next round. */
const MOST_BATCHES = 100;

/** How long what nobody uses is kept (contract R5, §10). */
const IDLE: readonly { readonly kind: InstanceKind; readonly idleMs: number }[] = [
  { kind: 'ephemeral', idleMs: LIMITS.ephemeralIdleMs },
  { kind: 'anonymous', idleMs: LIMITS.anonymousIdleMs },
];

/** Erases, once a minute, what has served its time. `stop` waits for what is under way. */
export function createRetention(deps: RetentionDeps): { stop(): Promise<void> } {
  let current: Promise<void> | null = null;
  const work = async (): Promise<void> => {
    await sweep(deps).catch((error: unknown) => deps.log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'retention'));
    current = null;
  };
  // A round that takes longer than a minute has no second one beside it.
  const timer = setInterval(() => void (current ??= work()), EVERY_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await current;
    },
  };
}

/** One round of it. The embedded store works in this thread: between two steps, whatever waits takes its turn. */
export async function sweep({ store, clock, engine }: Omit<RetentionDeps, 'log'>): Promise<void> {
  const now = clock();
  for (let batch = 0; batch < MOST_BATCHES && (await deleteExpired(store, now)) > 0; batch++) await setImmediate();
  for (const { kind, idleMs } of IDLE) {
    const seenBefore = now - idleMs;
    for (const scope of await listIdleInstances(store, { kind, seenBefore, limit: AT_ONCE })) {
      const isOver = await store.transaction((tx) => endIdleInstance(tx, scope, { kind, now, seenBefore }));
      if (isOver) engine.forget({ scope });
      await setImmediate();
    }
  }
  await store.transaction((tx) => eraseRemains(tx, now));
  await scrub(store);
}
