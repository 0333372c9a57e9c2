import { SignerError } from './errors.ts';
import type { SigningKey } from './sign-compact.ts';
import type { SigningAlgorithm, SigningJwk } from './signing-key.ts';

/** WebCrypto's names of the four algorithms (RFC 7518 §3, RFC 8037). */
const PARAMETERS: Readonly<Record<SigningAlgorithm, { readonly name: string; readonly namedCurve?: string; readonly hash?: string }>> = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  HS256: { name: 'HMAC', hash: 'SHA-256' },
};

/**
 * A parsed signing key as a non-extractable CryptoKey. Rejects with `key_malformed` where its members do not belong
 * together, and for RSA keys under 2048 bits (RFC 7518 §3.3).
 */
export async function importSigningKey(jwk: SigningJwk): Promise<SigningKey> {
  // `use`, `key_ops` and `ext` differ between the tools that make keys, and say nothing that `alg` does not.
  const { alg, use: _use, key_ops: _operations, ext: _extractable, ...members } = jwk;
  let key: SigningKey;
  try {
    key = await crypto.subtle.importKey('jwk', members, PARAMETERS[alg], false, ['sign']);
  } catch {
    // WebCrypto's own error may describe the key's members.
    throw new SignerError('key_malformed', 'The signing key cannot be read: its members do not belong together.');
  }
  const bits = 'modulusLength' in key.algorithm ? Number(key.algorithm.modulusLength) : 2048;
  if (bits < 2048) throw new SignerError('key_malformed', `The RSA key has ${bits} bits; 2048 are needed.`);
  return key;
}
