import { DatabaseError } from 'pg';
import { StoreError, type StoreErrorCode } from './store.ts';

// SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  '23505': 'conflict',
  '53100': 'full',
  '40001': 'unavailable',
  '40P01': 'unavailable',
  '57014': 'unavailable',
  '3D000': 'unavailable',
  '25006': 'unavailable',
};
/** Connection trouble, resources, operator intervention, authorization. */
const UNAVAILABLE_CLASSES = new Set(['08', '53', '57', '28']);
const RETRIED = new Set(['40001', '40P01']);

/**
 * Keeps PostgreSQL's code and the names in it, but not its message or detail: those quote values.
 * Syntax and naming errors (class 42) quote nothing but SQL, and keep their message.
 */
export function toPostgresError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (!(error instanceof DatabaseError)) return new StoreError('unavailable', `PostgreSQL cannot be reached (${nameError(error)}).`);
  const state = error.code ?? '';
  const code = CODES[state] ?? (UNAVAILABLE_CLASSES.has(state.slice(0, 2)) ? 'unavailable' : 'failed');
  const about = state.startsWith('42') ? error.message : [error.table, error.constraint].filter(Boolean).join(', ');
  return new StoreError(code, `PostgreSQL error ${state}${about === '' ? '' : `: ${about}`}.`);
}

/** True if the database asks for the whole transaction again. */
export function asksForRetry(error: unknown): boolean {
  return error instanceof DatabaseError && RETRIED.has(error.code ?? '');
}

function nameError(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
