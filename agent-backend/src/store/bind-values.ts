import { StoreError, type SqlValue } from './store.ts';

/**
 * Makes values safe for both databases: PostgreSQL's text cannot hold U+0000, so it becomes U+FFFD in both.
 * Throws `StoreError` `failed` for a number that is not a safe integer.
 */
export function bindValues(values: readonly SqlValue[]): SqlValue[] {
  return values.map(bindValue);
}

function bindValue(value: SqlValue, index: number): SqlValue {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
  if (value === null || Number.isSafeInteger(value)) return value;
  throw new StoreError('failed', `Value $${index + 1} is not text, a safe integer or null. Store it as text.`);
}
