import { StoreError, type StoreErrorCode } from './store.ts';

// Result codes of SQLite: https://www.sqlite.org/rescode.html. The low byte is the primary code.
const PRIMARY: Readonly<Record<number, StoreErrorCode>> = {
  5: 'busy',
  6: 'busy',
  8: 'unavailable',
  10: 'unavailable',
  13: 'full',
  14: 'unavailable',
};
const UNIQUE = new Set([1555, 2067, 2579]);

/** SQLite's messages name tables and columns, never bound values, so they are kept. */
export function toSqliteError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (!(error instanceof Error)) return new StoreError('failed', 'SQLite failed.');
  return new StoreError(findCode(error), `SQLite: ${error.message}.`);
}

function findCode(error: Error): StoreErrorCode {
  if ('code' in error && error.code === 'ERR_INVALID_STATE') return 'closed';
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
  if (UNIQUE.has(code)) return 'conflict';
  return PRIMARY[code & 0xff] ?? 'failed';
}

export function isSqliteLocked(error: unknown): boolean {
  return toSqliteError(error).code === 'busy';
}
