import type { Scope } from '../identity/principal.ts';
import type { Sql } from '../store/store.ts';

const HOUR_MS = 3_600_000;

/**
 * Notes that somebody came back, so that an instance whose owner only reads is not taken for idle; at most once an hour.
 * Makes nothing where there is nothing (R12).
 */
export async function touchInstance(sql: Sql, scope: Scope, now: number): Promise<void> {
  await sql.run('UPDATE instances SET seen_at = $3 WHERE agent = $1 AND instance = $2 AND seen_at < $4', [
    scope.agent,
    scope.instance,
    now,
    now - HOUR_MS,
  ]);
}
