import type { Clock } from '../config/clock.ts';
import type { Identity } from '../identity/identity.ts';
import { withLimit } from '../identity/vault.ts';
import { Failure } from './failure.ts';

const PROVIDER_LIMIT_MS = 15_000;
const EXPIRY_MARGIN_S = 30;

/**
 * The identity token for a mint: the page's, or a new one from `getIdentityToken` where there is none or it is within
 * 30 s of expiry. Kept nowhere. Fails with `identity_token_unavailable`.
 */
export async function currentIdentityToken(identity: Identity, clock: Clock): Promise<string | undefined> {
  if (identity.level !== 'verified') return undefined;
  const { identityToken, getIdentityToken } = identity;
  if (getIdentityToken === null) return identityToken ?? '';
  if (identityToken !== null && expiresAt(identityToken) - clock.unixSeconds() > EXPIRY_MARGIN_S) return identityToken;
  try {
    const token = await withLimit(Promise.resolve(getIdentityToken()), PROVIDER_LIMIT_MS, clock);
    if (typeof token === 'string') return token;
  } catch {
    // The page's function threw or hung; what it threw is the page's affair and may hold a secret.
  }
  throw new Failure('identity_token_unavailable');
}

/** `exp` of a JWT, unverified: only to decide whether to ask for another. 0 where it cannot be read. */
function expiresAt(token: string): number {
  try {
    const payload: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')));
    const exp: unknown = Reflect.get(Object(payload), 'exp');
    return typeof exp === 'number' ? exp : 0;
  } catch {
    // Not a JWT: the server will say so.
    return 0;
  }
}
