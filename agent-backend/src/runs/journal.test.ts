import { expect, test } from 'vitest';
import { describeFreshStores } from '../../test/describe-stores.ts';
import type { Store } from '../store/store.ts';
import { createEventBus } from './event-bus.ts';
import { createJournal } from './journal.ts';

const ref = { scope: { agent: 'acme/helper', instance: 'inst_a' }, session: 's', run: 'r' };

describeFreshStores('the journal', (store) => {
  test('settles the end of a run that is dropped while it waits for a slow commit', async () => {
    let [enter, release] = [(): void => undefined, (): void => undefined];
    const entered = new Promise<void>((resolve) => (enter = resolve));
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow: Store = {
      ...store,
      async transaction(work) {
        enter();
        await gate;
        return store.transaction(work);
      },
    };
    const journal = createJournal({ store: slow, clock: Date.now, bus: createEventBus(), owner: 'me' });
    const log = journal.open({ ref, lastSeq: 0, onLost: () => undefined });
    log.append({ type: 'TEXT_MESSAGE_END', messageId: 'm' });
    await entered;
    const end = log.finish(async () => []);
    log.drop();
    release();
    expect(await end).toBe('gone');
  });
});
