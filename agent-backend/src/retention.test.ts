import { expect, test } from 'vitest';
import { describeFreshStores } from '../test/describe-stores.ts';
import { openRunBench, steppedAgent } from '../test/run-bench.ts';
import { sweep } from './retention.ts';

const BATCHES = 5;

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
});
