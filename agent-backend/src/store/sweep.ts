import { LIMITS } from '@familiar/protocol';
import type { Sql } from './store.ts';

/** Rows deleted at once and from one table, so that a sweep never holds the store for long. */
const BATCH = 500;

const EXPIRING = [
  { table: 'proofs', key: 'jti' },
  { table: 'token_bindings', key: 'jti' },
  { table: 'revoked_tokens', key: 'token' },
  { table: 'tombstones', key: 'instance' },
  { table: 'interrupts', key: 'interrupt' },
] as const;

/**
 * Deletes, over all instances, what has served its time: expired proofs, token bindings, revocations, tombstones and interrupts, and events that
 * are older than their retention and belong to no run, or to one that ended that long ago. At most 500 rows of each;
 * returns how many in all, so that a caller goes on until it is 0. `now`: milliseconds since 1970.
 */
export async function deleteExpired(sql: Sql, now: number): Promise<number> {
  let deleted = 0;
  for (const { table, key } of EXPIRING) {
    deleted += await sql.run(
      `DELETE FROM ${table} WHERE (agent, ${key}) IN (
         SELECT agent, ${key} FROM ${table} WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`,
      [now, BATCH],
    );
  }
  return deleted + (await deleteOldEvents(sql, now - LIMITS.eventRetentionMs));
}

function deleteOldEvents(sql: Sql, before: number): Promise<number> {
  return sql.run(
    `DELETE FROM events WHERE (agent, instance, session, pos) IN (
       SELECT e.agent, e.instance, e.session, e.pos FROM events e
       LEFT JOIN runs r ON r.agent = e.agent AND r.instance = e.instance AND r.session = e.session AND r.run = e.stream
       WHERE e.created_at < $1 AND (r.run IS NULL OR r.ended_at < $1)
       ORDER BY e.created_at LIMIT $2)`,
    [before, BATCH],
  );
}
