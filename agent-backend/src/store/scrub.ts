import type { Store } from './store.ts';

/**
 * Empties SQLite's write-ahead log, in which deleted text stands until it is written over. PostgreSQL keeps its own house: its
 * vacuum reuses the space.
 */
export async function scrub(store: Store): Promise<void> {
  if (store.kind === 'sqlite') await store.rows('PRAGMA wal_checkpoint(TRUNCATE)');
}
