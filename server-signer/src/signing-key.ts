import { explainWeakSecret } from '@familiar/protocol';
import { base64url, type JWK } from 'jose';
import { SignerError, type SignerErrorCode } from './errors.ts';

/** The algorithms an identity token may carry (contract §3). One key serves one of them. */
export type SigningAlgorithm = 'ES256' | 'EdDSA' | 'RS256' | 'HS256';

/** A private key in JWK form (RFC 7517), with the two members that bind it to one use. */
export interface SigningJwk extends JWK {
  readonly kty: string;
  readonly alg: SigningAlgorithm;
  readonly kid: string;
}

/** What `kid` may be: in tokens, in keys, and in the backend's configuration. */
export const KID = /^[A-Za-z0-9_-]{1,64}$/;

/** Key type, curve, and required members per algorithm; the last one is the private part. */
const SHAPES: Readonly<Record<SigningAlgorithm, readonly [kty: string, crv: string | undefined, members: readonly string[]]>> = {
  ES256: ['EC', 'P-256', ['x', 'y', 'd']],
  EdDSA: ['OKP', 'Ed25519', ['x', 'd']],
  RS256: ['RSA', undefined, ['n', 'e', 'p', 'q', 'dp', 'dq', 'qi', 'd']],
  HS256: ['oct', undefined, ['k']],
};

/**
 * Reads a signing key: a private JWK, or its JSON as one line from an environment variable.
 * Throws `SignerError` with a `key_…` code.
 */
export function parseSigningKey(key: unknown): SigningJwk {
  const jwk = readObject(key);
  const { alg, kid } = jwk;
  if (alg === undefined) throw refuse('key_missing_alg', 'has no "alg". Add "alg": "ES256" (or EdDSA, RS256, HS256)');
  if (typeof alg !== 'string' || !Object.hasOwn(SHAPES, alg))
    throw refuse('key_alg_not_allowed', 'has another "alg" than ES256, EdDSA, RS256, HS256');
  if (typeof kid !== 'string' || !KID.test(kid)) throw refuse('key_missing_kid', 'needs a "kid" of 1–64 letters, digits, "_" or "-"');
  checkShape(jwk, alg as SigningAlgorithm);
  return jwk as unknown as SigningJwk;
}

function checkShape(jwk: Readonly<Record<string, unknown>>, alg: SigningAlgorithm): void {
  const [kty, crv, members] = SHAPES[alg];
  if (jwk['kty'] !== kty || jwk['crv'] !== crv)
    throw refuse('key_malformed', `does not fit its "alg": ${alg} goes with "kty": "${kty}"${crv ? `, "crv": "${crv}"` : ''}`);
  const missing = members.filter((member) => !isCanonical(jwk[member]));
  if (missing.includes('d') && jwk['d'] === undefined)
    throw refuse('key_public_only', 'is a public key. Give the private one; the public one belongs to the backend');
  if (missing.length > 0) throw refuse('key_malformed', `needs base64url in "${missing.join('", "')}"`);
  const k = String(jwk['k']);
  const weakness = alg === 'HS256' ? explainWeakSecret(base64url.decode(k), k) : null;
  if (weakness !== null) throw refuse('key_weak_secret', `is weak: its secret ${weakness}`);
}

function readObject(key: unknown): Readonly<Record<string, unknown>> {
  let value = key;
  try {
    if (typeof key === 'string') value = JSON.parse(key);
  } catch {
    // JSON.parse quotes its input in the message, and the input is a secret: the refusal below says it without.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse('key_malformed', 'is no JWK: a JSON object on one line');
  return value as Readonly<Record<string, unknown>>;
}

/** Members are compared with their own re-encoding: a secret in plain base64, or with padding, is another secret. */
function isCanonical(value: unknown): boolean {
  return typeof value === 'string' && /^[\w-]+$/.test(value) && base64url.encode(base64url.decode(value)) === value;
}

function refuse(code: SignerErrorCode, what: string): SignerError {
  return new SignerError(code, `The signing key ${what}. "npx familiar-signer keygen" makes a good one.`);
}
