import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import { listStoreSources, type StoreSource } from './stores.ts';

/** Runs a suite, written once, on SQLite and on PostgreSQL: `<name> on sqlite`, `<name> on postgres`. */
export function describeStoreSources(name: string, suite: (source: StoreSource) => void): void {
  describe.each(listStoreSources())(`${name} on $kind`, (source) => {
    beforeAll(() => source.start(), 60_000);
    afterAll(() => source.stop());
    suite(source);
  });
}

/** The same with an open store, empty at first, for all tests of the suite. */
export function describeStores(name: string, suite: (store: Store) => void): void {
  describeStoreSources(name, (source) => {
    const { store, open } = openLater(source);
    beforeAll(open);
    afterAll(() => store.close());
    suite(store);
  });
}

/** The same with an empty store for each test, closed after the suite's own hooks. */
export function describeFreshStores(name: string, suite: (store: Store) => void): void {
  describeStoreSources(name, (source) => {
    const { store, open } = openLater(source);
    beforeEach(open);
    afterEach(() => store.close());
    suite(store);
  });
}

/** A store that suites can name before it is open. */
function openLater(source: StoreSource): { readonly store: Store; readonly open: () => Promise<void> } {
  let current: Store | undefined;
  const opened = (): Store => {
    if (current === undefined) throw new Error('The store is open within tests and hooks.');
    return current;
  };
  const store: Store = {
    kind: source.kind,
    rows: (text, values) => opened().rows(text, values),
    run: (text, values) => opened().run(text, values),
    transaction: (work) => opened().transaction(work),
    close: () => opened().close(),
  };
  return {
    store,
    async open() {
      current = await openStore(await source.create());
    },
  };
}
