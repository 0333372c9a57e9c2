import { sha256Base64url } from './hash.ts';
import { IdentityError } from './identity-error.ts';

/** The browser behind a mint: how it proved itself, under which key, and the anonymous id that follows from it. */
export interface Holder {
  readonly binding: 'dpop' | 'bearer';
  /** RFC 7638 thumbprint, or `sec_` and the SHA-256 of the secret. */
  readonly holder: string;
  /** `anon_…`, which is a name and no key. */
  readonly anonymousId: string;
}

const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** The holder of a proven key (contract §4). */
export function holderOfKey(thumbprint: string): Holder {
  return { binding: 'dpop', holder: thumbprint, anonymousId: `anon_${thumbprint}` };
}

/**
 * The holder of an `anonymous_secret`: 256 random bits as 43 characters of base64url. Only its hash goes further.
 * Its id, `anon_sec_…`, is longer than any made of a thumbprint, so that the two never meet, and does not show the holder.
 * Throws `IdentityError` `malformed_body`.
 */
export function holderOfSecret(secret: unknown): Holder {
  if (typeof secret !== 'string' || !SECRET.test(secret) || !isRandomLooking(secret)) {
    throw new IdentityError('malformed_body', 'anonymous_secret is 256 random bits as 43 characters of base64url.');
  }
  const holder = `sec_${sha256Base64url(secret)}`;
  return { binding: 'bearer', holder, anonymousId: `anon_sec_${sha256Base64url(JSON.stringify(['anonymous', holder]))}` };
}

function isRandomLooking(secret: string): boolean {
  const bytes = Buffer.from(secret, 'base64url');
  return bytes.toString('base64url') === secret && new Set(bytes).size >= 16;
}
