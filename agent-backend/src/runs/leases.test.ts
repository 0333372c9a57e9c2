import { afterEach, expect, test } from 'vitest';
import { describeFreshStores } from '../../test/describe-stores.ts';
import { openRunBench, steppedAgent } from '../../test/run-bench.ts';
import type { Store } from '../store/store.ts';
import { renewLeases } from './leases.ts';

describeFreshStores('leases', (store) => {
  const { begin, request, newSession, close } = openRunBench(store);
  afterEach(close);

  test('are renewed in the order in which the journal writes, whichever run began first', async () => {
    const { engine } = await begin(steppedAgent(['never']).agent);
    const refs = [];
    for (let run = 0; run < 3; run++) {
      const call = request(await newSession());
      await engine.start(call);
      refs.push(call.ref);
    }
    refs.sort((a, b) => (a.session < b.session ? 1 : -1));
    const locked: string[] = [];
    const watched: Store = {
      ...store,
      transaction: (work) =>
        store.transaction((sql) =>
          work({ ...sql, run: (text, values) => (locked.push(JSON.stringify(values?.slice(0, 4))), sql.run(text, values)) }),
        ),
    };
    expect(await renewLeases(watched, refs, { owner: 'somebody else', leaseUntilMs: 1 })).toHaveLength(3);
    expect(locked).toHaveLength(3);
    expect(locked).toEqual([...locked].sort((a, b) => (a < b ? -1 : 1)));
  });
});
