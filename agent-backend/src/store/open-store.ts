import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  /** `postgres://…`. Without it, the embedded store in `dataDir`. */
  readonly databaseUrl?: string | undefined;
  /** Folder of the embedded store; made if absent. */
  readonly dataDir: string;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number;
}

/** Opens the store and brings its schema up to date. Rejects with `StoreError`; nothing stays open then. */
export async function openStore({ databaseUrl, dataDir, clock = Date.now }: StoreOptions): Promise<Store> {
  const database: Database = databaseUrl ? openPostgres(databaseUrl) : openSqlite(dataDir);
  try {
    await migrate(database, { clock });
    return database.store;
  } catch (error) {
    await database.store.close();
    throw error;
  }
}
