import { type Store, StoreError } from '../src/store/store.ts';

/** A store whose transactions fail when they are told to. */
export interface FailingStore {
  readonly store: Store;
  /** Nothing is written from now on. */
  failing(isFailing: boolean): void;
  /** The transaction after this many others is written, and its caller hears that it failed: an answer lost on the way. */
  loseAnswerAfter(count: number): void;
  /** Transactions begun so far. */
  count(): number;
  /** Of this many transactions from now on, nothing is written. */
  failNext(count: number): void;
  /** How many of those are still to come. */
  left(): number;
}

export function failingStore(store: Store): FailingStore {
  let isAway = false;
  let loseAt = -1;
  let begun = 0;
  let left = 0;
  return {
    failing: (isFailing) => (isAway = isFailing),
    loseAnswerAfter: (count) => (loseAt = begun + count + 1),
    count: () => begun,
    failNext: (count) => (left = count),
    left: () => left,
    store: {
      ...store,
      async transaction(work) {
        if (isAway || left-- > 0) throw new StoreError('unavailable', 'The store is away.');
        begun += 1;
        const isLost = begun === loseAt;
        const value = await store.transaction(work);
        if (isLost) throw new StoreError('unavailable', 'The connection broke.');
        return value;
      },
    },
  };
}
