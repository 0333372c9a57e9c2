import { calculateJwkThumbprint, decodeProtectedHeader, type JWK } from 'jose';
import { holderOfKey, holderOfSecret } from './anonymous-secret.ts';

export interface HolderClaim {
  /** The `DPoP` header; `null` without one. */
  readonly proof: string | null;
  readonly anonymousSecret: unknown;
}

/**
 * The holder (see `Holder`) that a mint says it comes from, before anything is verified: good to choose a limit's bucket by,
 * and for nothing else. `null` where none can be read. Never rejects.
 */
export async function claimedHolder({ proof, anonymousSecret }: HolderClaim): Promise<string | null> {
  try {
    if (proof === null) return holderOfSecret(anonymousSecret).holder;
    const { jwk } = decodeProtectedHeader(proof) as { readonly jwk?: JWK };
    return jwk === undefined ? null : holderOfKey(await calculateJwkThumbprint(jwk)).holder;
  } catch {
    // Whatever is wrong with it, the mint will say it in its own words.
    return null;
  }
}
