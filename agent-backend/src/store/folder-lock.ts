import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isSqliteLocked } from './sqlite-errors.ts';
import { StoreError } from './store.ts';

/**
 * Takes a data folder for this process and returns what gives it back. The lock is SQLite's own, on an empty file: the
 * system drops it when the process dies, also by `kill -9`, and no stale lock can be left. It is kept beside the
 * database rather than on it, so that tools may read and back up the database while it is in use.
 * Throws `StoreError` `busy` if another process has the folder.
 */
export function lockFolder(dataDir: string): () => void {
  const lock = new DatabaseSync(join(dataDir, 'familiar.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isSqliteLocked(error)) throw error;
    throw new StoreError(
      'busy',
      'Another process is using this data folder. Stop it, or set DATA_DIR to another folder; to run several processes, set DATABASE_URL.',
    );
  }
  return () => lock.close();
}
