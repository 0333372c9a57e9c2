import type { webcrypto } from 'node:crypto';
import type { IdentityKeyStatus } from '@familiar/protocol';
import { calculateJwkThumbprint, exportJWK, importJWK } from 'jose';
import { readStrongSecret } from './strong-secret.ts';

export type { IdentityKeyStatus };

export const IDENTITY_ALGS = ['ES256', 'EdDSA', 'RS256', 'HS256'] as const;
export type IdentityAlg = (typeof IDENTITY_ALGS)[number];

/** A public JWK as it came. Private members are refused: the backend holds no signing power. */
export type PublicJwk = Readonly<Record<string, unknown>>;

/** What is said about a key beside its numbers. */
export interface KeyFacts {
  /** `iss` of the tokens that this key signs. */
  readonly issuer: string;
  /** Default `active`. */
  readonly status?: IdentityKeyStatus;
  /** With `retiring`: tokens issued later than this are refused. Milliseconds; without it, all verify. */
  readonly retiredAtMs?: number;
}

interface KeyName {
  readonly kid: string;
  readonly issuer: string;
  /** The only algorithm that this key verifies. */
  readonly alg: IdentityAlg;
  /** RFC 7638 thumbprint of a public key; `null` for a secret. */
  readonly thumbprint: string | null;
}

/**
 * `next`: announced, verifies already, so that a rotation needs no exact moment. `active`: signs. `retiring`: verifies what was
 * signed before `retiredAtMs`, and so nothing any more once the longest lifetime of a token has passed.
 */
export interface LiveIdentityKey extends KeyName {
  readonly status: Exclude<IdentityKeyStatus, 'revoked'>;
  readonly retiredAtMs: number | null;
  readonly key: webcrypto.CryptoKey;
}

/** Refused at once, with every session that it vouched for. There is nothing left to verify with. */
export interface RevokedIdentityKey extends KeyName {
  readonly status: 'revoked';
}

export type IdentityKey = LiveIdentityKey | RevokedIdentityKey;

/** Where identity keys are looked up; `null` for a kid that nobody registered. Rejects with `StoreError` if that cannot be told now. */
export interface IdentityKeys {
  find(agent: string, kid: string): Promise<IdentityKey | null>;
}

const KID = /^[A-Za-z0-9_-]{1,64}$/;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Imports an HS256 secret. Throws `TypeError` as `readStrongSecret` does. */
export async function importSecret(entry: KeyFacts & { readonly secret: string; readonly kid: string; readonly alg?: string }) {
  if (entry.alg !== undefined && entry.alg !== 'HS256') throw new TypeError('A secret serves HS256 only.');
  const bytes = readStrongSecret(entry.secret);
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  return describe(entry, { kid: checkKid(entry.kid), alg: 'HS256', thumbprint: null, key });
}

/**
 * Imports one public JWK; `kid` and `alg` given beside it win over those inside it, and must not contradict.
 * Throws `TypeError` that says what is wrong and never repeats the key.
 */
export async function importPublicJwk(jwk: PublicJwk, entry: KeyFacts & { kid?: string; alg?: IdentityAlg }): Promise<IdentityKey> {
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name))) {
    throw new TypeError('This JWK holds a private or secret key. Register the public one; a shared secret goes into "secret".');
  }
  const alg = inferAlg(jwk);
  if (alg === null) throw new TypeError('This JWK is not a signing key for ES256 (P-256), EdDSA (Ed25519) or RS256.');
  if (entry.alg !== undefined && entry.alg !== alg) throw new TypeError(`This JWK is for ${alg}, not for ${entry.alg}.`);
  const kid = checkKid(entry.kid ?? jwk['kid']);
  const key = await importMaterial(jwk, alg);
  return describe(entry, { kid, alg, key, thumbprint: await calculateJwkThumbprint(await exportJWK(key)) });
}

/** The members that are the key, without anything that came along with them. */
export function publicMembers(jwk: PublicJwk): PublicJwk {
  return Object.fromEntries(['kty', 'crv', 'x', 'y', 'n', 'e'].filter((name) => name in jwk).map((name) => [name, jwk[name]]));
}

/** The one algorithm that this JWK serves; `null` if it is for encryption, for another algorithm, or not for verifying. */
export function inferAlg(jwk: PublicJwk): IdentityAlg | null {
  const alg = algOfKeyType(jwk);
  const operations = jwk['key_ops'];
  const mayVerify = operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
  const isForSigning = jwk['use'] === undefined || jwk['use'] === 'sig';
  const isSameAlg = jwk['alg'] === undefined || jwk['alg'] === alg || (alg === 'EdDSA' && jwk['alg'] === 'Ed25519');
  return mayVerify && isForSigning && isSameAlg ? alg : null;
}

async function importMaterial(jwk: PublicJwk, alg: IdentityAlg): Promise<webcrypto.CryptoKey> {
  const key = await importJWK({ ...publicMembers(jwk), alg }, alg).catch((cause: unknown) => {
    throw new TypeError('This JWK is damaged: its numbers are no key. Copy the public key again.', { cause });
  });
  if (key instanceof Uint8Array) throw new TypeError('A shared secret goes into "secret".');
  // jose would refuse it too, but only when a token arrives.
  const { modulusLength = 2048 } = key.algorithm as { readonly modulusLength?: number };
  if (modulusLength < 2048) throw new TypeError(`This RSA key has ${modulusLength} bits; 2048 is the least.`);
  return key;
}

function describe(facts: KeyFacts, { key, ...name }: Omit<KeyName, 'issuer'> & { readonly key: webcrypto.CryptoKey }): IdentityKey {
  const { issuer, status = 'active', retiredAtMs = null } = facts;
  return status === 'revoked' ? { ...name, issuer, status } : { ...name, issuer, status, retiredAtMs, key };
}

/** May this be a kid at all? */
export function isKid(kid: unknown): kid is string {
  return typeof kid === 'string' && KID.test(kid);
}

function checkKid(kid: unknown): string {
  if (isKid(kid)) return kid;
  throw new TypeError('An identity key needs a kid of 1 to 64 characters of A–Z, a–z, 0–9, "_" and "-".');
}

function algOfKeyType(jwk: PublicJwk): IdentityAlg | null {
  if (jwk['kty'] === 'EC' && jwk['crv'] === 'P-256') return 'ES256';
  if (jwk['kty'] === 'OKP' && jwk['crv'] === 'Ed25519') return 'EdDSA';
  return jwk['kty'] === 'RSA' ? 'RS256' : null;
}
