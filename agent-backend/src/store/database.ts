import type { Sql, Store } from './store.ts';

/** A store, and what migrations need beside it. */
export interface Database {
  readonly store: Store;
  /** A transaction that no other process runs at the same time, and that sees what the one before it committed. */
  exclusively<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}
