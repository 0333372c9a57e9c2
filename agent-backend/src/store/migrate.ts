import type { Database } from './database.ts';
import { type Migration, MIGRATIONS } from './migrations.ts';
import { type Sql, StoreError } from './store.ts';

export interface MigrateOptions {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Default: all that this version knows. */
  readonly migrations?: readonly Migration[];
}

/**
 * Brings the schema up to date. Safe when several processes start at once: each migration runs in a transaction of its
 * own, under a lock, and is looked up in `schema_migrations` behind that lock.
 * Throws `StoreError` `failed` for a database that a newer version has written.
 */
export async function migrate(database: Database, { clock, migrations = MIGRATIONS }: MigrateOptions): Promise<void> {
  await database.exclusively((sql) => prepare(sql, migrations));
  for (const migration of migrations) {
    await database.exclusively((sql) => apply(sql, migration, clock()));
  }
}

async function prepare(sql: Sql, migrations: readonly Migration[]): Promise<void> {
  await sql.run(
    'CREATE TABLE IF NOT EXISTS schema_migrations (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)',
  );
  const [newest] = await sql.rows<{ id: number | null }>('SELECT MAX(id) AS id FROM schema_migrations');
  const known = Math.max(0, ...migrations.map(({ id }) => id));
  if ((newest?.id ?? 0) <= known) return;
  throw new StoreError(
    'failed',
    `A newer version of Familiar has written this database (migration ${newest?.id}; this version knows ${known}). Start that version, or restore a backup.`,
  );
}

async function apply(sql: Sql, { id, name, statements }: Migration, now: number): Promise<void> {
  const done = await sql.rows('SELECT id FROM schema_migrations WHERE id = $1', [id]);
  if (done.length > 0) return;
  for (const statement of statements) await sql.run(statement);
  await sql.run('INSERT INTO schema_migrations (id, name, applied_at) VALUES ($1, $2, $3)', [id, name, now]);
}
