import { setTimeout as wait } from 'node:timers/promises';
import { Pool, type PoolClient, types, TypeOverrides } from 'pg';
import { bindValues } from './bind-values.ts';
import type { Database } from './database.ts';
import { asksForRetry, toPostgresError } from './postgres-errors.ts';
import { type Row, type Sql, type SqlValue, type Store, StoreError } from './store.ts';
import { createTransactionGuard } from './transaction-guard.ts';

const ATTEMPTS = 30;
const FIRST_DELAY_MS = 4;
const LONGEST_DELAY_MS = 500;
/** Any constant of ours: it names the migration lock among the database's advisory locks. */
const MIGRATION_LOCK = 7_046_029;

/**
 * Opens PostgreSQL through a pool of 10 connections; connects at the first query. Transactions are SERIALIZABLE, so
 * that they mean what they mean in the embedded store, and are run again, at most 30 times with full jitter, when the
 * database asks for it. After that, and when it cannot be reached, `StoreError` `unavailable`.
 */
export function openPostgres(databaseUrl: string): Database {
  const pool = new Pool({
    connectionString: databaseUrl,
    application_name: 'familiar',
    max: 10,
    connectionTimeoutMillis: 5000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    types: numbersForBigints(),
  });
  // An idle connection broke; the pool drops it, and the next query opens another or reports the trouble itself.
  pool.on('error', () => undefined);

  const guard = createTransactionGuard();
  let closing: Promise<void> | undefined;
  const check = (): void => {
    guard.checkOutside();
    if (closing) throw new StoreError('closed', 'The store is closed.');
  };
  const runOnce = <T>(begin: readonly string[], work: (sql: Sql) => Promise<T>): Promise<T> =>
    inTransaction(pool, begin, (sql) => guard.inside(sql, work));

  const pooled = createSql(pool);
  const store: Store = {
    kind: 'postgres',
    async rows<T extends Row>(text: string, values?: readonly SqlValue[]) {
      check();
      return pooled.rows<T>(text, values).catch(rethrow);
    },
    async run(text, values) {
      check();
      return pooled.run(text, values).catch(rethrow);
    },
    async transaction(work) {
      check();
      return retry(() => runOnce(['BEGIN ISOLATION LEVEL SERIALIZABLE'], work)).catch(rethrow);
    },
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
  return {
    store,
    // READ COMMITTED: behind the lock, each statement must see what the process before committed.
    exclusively: (work) => {
      check();
      return runOnce(['BEGIN', 'SET LOCAL statement_timeout = 0', `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`], work).catch(rethrow);
    },
  };
}

function rethrow(error: unknown): never {
  // What a transaction's own work throws goes through; only the driver's errors are ours to translate.
  throw error instanceof WorkError ? error.cause : toPostgresError(error);
}

/** Carries an error that came from `work` itself past the translation of the driver's errors. */
class WorkError extends Error {}

async function inTransaction<T>(pool: Pool, begin: readonly string[], work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Between two queries a broken connection is an event, which would end the process if nobody listened. The next query
  // tells the caller.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  try {
    for (const statement of begin) await client.query(statement);
    const value = await watchErrors(client, work);
    await client.query('COMMIT');
    return value;
  } catch (error) {
    broken = await rollBack(client);
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}

/** Tells a driver's error, which may be retried, from an error of the caller's code, which passes as it is. */
async function watchErrors<T>(client: PoolClient, work: (sql: Sql) => Promise<T>): Promise<T> {
  const direct = createSql(client);
  const origins = new Map<StoreError, unknown>();
  const note = (error: unknown): never => {
    const translated = toPostgresError(error);
    origins.set(translated, error);
    throw translated;
  };
  try {
    return await work({
      rows: (text, values) => direct.rows<never>(text, values).catch(note),
      run: (text, values) => direct.run(text, values).catch(note),
    });
  } catch (error) {
    if (error instanceof StoreError && origins.has(error)) throw origins.get(error);
    throw new WorkError('', { cause: error });
  }
}

async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (error) {
    // The connection is gone, and the transaction with it; the pool must not hand it out again.
    return error instanceof Error ? error : new Error('rollback failed');
  }
}

async function retry<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (tried >= ATTEMPTS || !asksForRetry(error)) throw error;
      await wait(Math.random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** tried));
    }
  }
}

function createSql(connection: Pool | PoolClient): Sql {
  return {
    async rows<T extends Row>(text: string, values: readonly SqlValue[] = []): Promise<T[]> {
      const result = await connection.query<T>(text, bindValues(values));
      return result.rows;
    },
    async run(text: string, values: readonly SqlValue[] = []): Promise<number> {
      const result = await connection.query(text, bindValues(values));
      return result.rowCount ?? 0;
    },
  };
}

/** BIGINT, and what COUNT and SUM make of it, come as numbers, as they do from SQLite. */
function numbersForBigints(): TypeOverrides {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.INT8, toNumber);
  overrides.setTypeParser(types.builtins.NUMERIC, toNumber);
  return overrides;
}

function toNumber(text: string): number {
  const value = Number(text);
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  throw new StoreError('failed', 'A number in the database is too large to be read exactly.');
}
