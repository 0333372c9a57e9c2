import { LIMITS } from '@familiar/protocol';
import { IdentityError } from '../identity/identity-error.ts';
import type { Scope } from '../identity/principal.ts';
import type { Sql } from '../store/store.ts';

/**
 * Why an instance may not be opened again. `claimed`: its conversations moved to an account; kept for ever, since its key is
 * still out there. `ended`: an ephemeral one is over; kept for as long as one of its session tokens could come back.
 */
export type Burial =
  | { readonly reason: 'claimed'; readonly now: number; readonly eraseAt: number }
  | { readonly reason: 'ended'; readonly now: number };

/** Buries an instance; false if it was buried before. Call it in the transaction of what ends the instance. */
export async function buryInstance(tx: Sql, scope: Scope, burial: Burial): Promise<boolean> {
  const isClaimed = burial.reason === 'claimed';
  const expiresAt = isClaimed ? null : burial.now + LIMITS.sessionTokenSeconds * 1000 + 2 * LIMITS.ephemeralIdleMs;
  const added = await tx.run(
    `INSERT INTO tombstones (agent, instance, reason, created_at, erase_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (agent, instance) DO NOTHING`,
    [scope.agent, scope.instance, burial.reason, burial.now, isClaimed ? burial.eraseAt : null, expiresAt],
  );
  return added === 1;
}

export async function isBuried(sql: Sql, scope: Scope): Promise<boolean> {
  const rows = await sql.rows('SELECT instance FROM tombstones WHERE agent = $1 AND instance = $2', [scope.agent, scope.instance]);
  return rows.length > 0;
}

/**
 * Throws `IdentityError` `session_token_revoked` for a buried instance. Whatever would make an instance's row asks this in
 * its own transaction: a request that passed the guard a moment ago brings nothing back.
 */
export async function checkNotBuried(tx: Sql, scope: Scope): Promise<void> {
  if (await isBuried(tx, scope))
    throw new IdentityError('session_token_revoked', 'What this session token opened is no more. Mint a new one.');
}
