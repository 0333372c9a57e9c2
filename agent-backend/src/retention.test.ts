import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { describeFreshStores } from '../test/describe-stores.ts';
import { openRunBench, steppedAgent } from '../test/run-bench.ts';
import { createRetention, sweep } from './retention.ts';
import type { Store } from './store/store.ts';

const BATCHES = 5;
const MINUTE_MS = 60_000;
afterEach(() => void vi.useRealTimers());

describeFreshStores('retention', (store) => {
  test('a heap of expired rows goes in one round, and requests take their turn between its batches', async () => {
    const bench = openRunBench(store);
    const rows = Array.from({ length: 100 * BATCHES }, (_, n) => `('a', '${n}-' || $1, 0)`).join(', ');
    for (let part = 0; part < 5; part++) await store.run(`INSERT INTO proofs (agent, jti, expires_at) VALUES ${rows}`, [`${part}`]);
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    await sweep({ store, clock: Date.now, engine: bench.newEngine(steppedAgent([]).agent) });
    clearImmediate(next);
    expect(await store.rows('SELECT jti FROM proofs')).toEqual([]);
    expect(turns).toBeGreaterThanOrEqual(BATCHES);
    await bench.close();
  });

  test('a round that takes minutes has no second one beside it, and the stop waits for it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const bench = openRunBench(store);
    let begun = 0;
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const slow: Store = {
      ...store,
      async run(text, values) {
        begun += 1;
        await held;
        return store.run(text, values);
      },
    };
    const engine = bench.newEngine(steppedAgent([]).agent);
    const retention = createRetention({ store: slow, clock: Date.now, engine, log: pino({ level: 'silent' }) });
    vi.advanceTimersByTime(3 * MINUTE_MS);
    expect(begun).toBe(1);
    let hasStopped = false;
    const stopped = retention.stop().then(() => (hasStopped = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasStopped).toBe(false);
    goOn();
    await stopped;
    expect(begun).toBeGreaterThan(1);
    await bench.close();
  });
});
