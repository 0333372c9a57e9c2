import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { bindValues } from './bind-values.ts';
import type { Database } from './database.ts';
import { lockFolder } from './folder-lock.ts';
import { toSqliteError } from './sqlite-errors.ts';
import { type Row, type Sql, type SqlValue, type Store, StoreError } from './store.ts';
import { createTransactionGuard } from './transaction-guard.ts';

const STATEMENTS_KEPT = 200;

/**
 * Opens the embedded store in `dataDir`, made with mode 0700 if absent. WAL with `synchronous=FULL`: a commit is on the
 * disk before it resolves. One process per folder. Throws `StoreError` `busy`, `full` or `unavailable`.
 */
export function openSqlite(dataDir: string): Database {
  try {
    if (!existsSync(dataDir)) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const unlock = lockFolder(dataDir);
    try {
      return createDatabase(openFile(join(dataDir, 'familiar.db')), unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  } catch (error) {
    throw isFileSystemError(error)
      ? new StoreError('unavailable', `The data folder cannot be used (${error.code}). Set DATA_DIR to a folder that this user may write.`)
      : toSqliteError(error);
  }
}

function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

function openFile(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5000 });
  try {
    chmodSync(path, 0o600);
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    // What is deleted is overwritten, not left in the file for whoever finds it.
    db.exec('PRAGMA secure_delete = ON');
    // SQLite's own lower() knows ASCII only; PostgreSQL's knows letters.
    db.function('lower', { deterministic: true }, (text) => (typeof text === 'string' ? text.toLowerCase() : text));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function createDatabase(db: DatabaseSync, unlock: () => void): Database {
  const guard = createTransactionGuard();
  const direct = createDirectSql(db);
  let tail: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  /** Runs one thing after the other: the connection is one, and nothing may slip into an open transaction. */
  const queue = async <T>(work: () => Promise<T>): Promise<T> => {
    guard.checkOutside();
    if (isClosed) throw new StoreError('closed', 'The store is closed.');
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  };
  const transaction = <T>(work: (sql: Sql) => Promise<T>): Promise<T> =>
    queue(async () => {
      run(db, 'BEGIN IMMEDIATE');
      try {
        const value = await guard.inside(direct, work);
        run(db, 'COMMIT');
        return value;
      } catch (error) {
        // A full disk makes SQLite roll back by itself; a second ROLLBACK would fail.
        if (db.isTransaction) run(db, 'ROLLBACK');
        throw error;
      }
    });
  const store: Store = {
    kind: 'sqlite',
    rows: (text, values) => queue(() => direct.rows(text, values)),
    run: (text, values) => queue(() => direct.run(text, values)),
    transaction,
    async close() {
      if (isClosed) return;
      guard.checkOutside();
      isClosed = true;
      await tail;
      db.close();
      unlock();
    },
  };
  return { store, exclusively: transaction };
}

function run(db: DatabaseSync, text: string): void {
  try {
    db.exec(text);
  } catch (error) {
    throw toSqliteError(error);
  }
}

function createDirectSql(db: DatabaseSync): Sql {
  const statements = new Map<string, StatementSync>();

  const prepare = (text: string): StatementSync => {
    const known = statements.get(text);
    if (known) return known;
    const statement = db.prepare(text.replaceAll(/\$(\d+)/g, '?$1'));
    const [oldest] = statements.keys();
    if (statements.size >= STATEMENTS_KEPT && oldest !== undefined) statements.delete(oldest);
    statements.set(text, statement);
    return statement;
  };
  const attempt = <T>(text: string, use: (statement: StatementSync) => T): T => {
    try {
      return use(prepare(text));
    } catch (error) {
      throw toSqliteError(error);
    }
  };

  return {
    async rows<T extends Row>(text: string, values: readonly SqlValue[] = []): Promise<T[]> {
      return attempt(text, (statement) => statement.all(...bindValues(values))) as T[];
    },
    async run(text: string, values: readonly SqlValue[] = []): Promise<number> {
      return Number(attempt(text, (statement) => statement.run(...bindValues(values))).changes);
    },
  };
}
