import type { Store } from '../store/store.ts';

/** Deletes used proofs, token bindings and revocations that can no longer matter. Call it every few minutes. */
export async function deleteExpiredIdentityRows(store: Store, nowMs: number): Promise<void> {
  for (const table of ['proofs', 'token_bindings', 'revoked_tokens']) {
    await store.run(`DELETE FROM ${table} WHERE expires_at <= $1`, [nowMs]);
  }
}
