import { LIMITS } from '@familiar/protocol';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { sha256Base64url } from './hash.ts';
import type { IdentityClaims } from './identity-claims.ts';
import { IdentityError } from './identity-error.ts';

export interface TokenUse {
  readonly agent: string;
  readonly claims: Pick<IdentityClaims, 'iss' | 'jti' | 'exp'>;
  /** Thumbprint of the browser's key, or the hash of its secret. */
  readonly holder: string;
  readonly clock: Clock;
}

/**
 * Ties an identity token to the browser that used it first, until it has expired (contract §3, `jti`).
 * Throws `IdentityError` `token_bound_elsewhere` for any other browser. Among racing first uses exactly one wins.
 */
export async function bindToken(store: Store, use: TokenUse): Promise<void> {
  // Hashed with its issuer: two issuers' ids never meet, and nothing that was sent becomes a key as it is.
  const jti = sha256Base64url(JSON.stringify([use.claims.iss, use.claims.jti]));
  const expiresAt = (use.claims.exp + LIMITS.clockSkewSeconds) * 1000;
  await store.run(
    `INSERT INTO token_bindings (agent, jti, holder, expires_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (agent, jti) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
     WHERE token_bindings.expires_at <= $5`,
    [use.agent, jti, use.holder, expiresAt, use.clock()],
  );
  const [bound] = await store.rows('SELECT holder FROM token_bindings WHERE agent = $1 AND jti = $2', [use.agent, jti]);
  if (bound?.['holder'] === use.holder) return;
  throw new IdentityError(
    'token_bound_elsewhere',
    'Another browser used this identity token first. Sign a new one for each page load, with a random jti, and never cache it.',
  );
}
