import { explainWeakSecret } from '@familiar/protocol';
import { base64url, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { SignerError } from './errors.ts';
import { KID, type SigningJwk } from './signing-key.ts';

export interface GenerateOptions {
  /** `ES256` by default. */
  readonly alg?: 'ES256' | 'EdDSA' | 'HS256';
  /** 1–64 letters, digits, `_` or `-`; by default made from the key. */
  readonly kid?: string;
}

export interface GeneratedKey {
  /** For your server's environment. Secret. */
  readonly privateJwk: SigningJwk;
  /** For the backend's configuration. With HS256 it is the same secret: both sides need it. */
  readonly publicJwk: SigningJwk;
}

/** Makes a key to sign identity tokens with. Throws `SignerError` for a `kid` that no token may carry. */
export async function generateSigningKey(options: GenerateOptions = {}): Promise<GeneratedKey> {
  const { alg = 'ES256' } = options;
  if (options.kid !== undefined && !KID.test(options.kid)) {
    throw new SignerError('key_missing_kid', 'kid is 1–64 letters, digits, "_" or "-".');
  }
  if (alg === 'HS256') {
    const kid = options.kid ?? `hs-${base64url.encode(crypto.getRandomValues(new Uint8Array(6)))}`;
    const privateJwk: SigningJwk = { kty: 'oct', alg, kid, k: makeSecret() };
    return { privateJwk, publicJwk: { ...privateJwk } };
  }
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const publicPart = await exportJWK(publicKey);
  const { d } = await exportJWK(privateKey);
  const kid = options.kid ?? (await calculateJwkThumbprint(publicPart)).slice(0, 12);
  const publicJwk = { ...publicPart, alg, kid, use: 'sig' } as SigningJwk;
  return { privateJwk: { ...publicJwk, ...(d === undefined ? {} : { d }) }, publicJwk };
}

/** Chance spells a word once in ten million secrets; that one would be refused. */
function makeSecret(): string {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const encoded = base64url.encode(secret);
  return explainWeakSecret(secret, encoded) === null ? encoded : makeSecret();
}
