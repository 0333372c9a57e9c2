import type { webcrypto } from 'node:crypto';
import { importJWK } from 'jose';
import { readStrongSecret } from './strong-secret.ts';

export const IDENTITY_ALGS = ['ES256', 'EdDSA', 'RS256', 'HS256'] as const;
export type IdentityAlg = (typeof IDENTITY_ALGS)[number];

/**
 * `next`: announced, verifies already, so that a rotation needs no exact moment. `active`: signs. `retiring`: verifies what was
 * signed before `retiredAtMs`. `revoked`: refused at once, with every session it vouched for.
 */
export type IdentityKeyStatus = 'next' | 'active' | 'retiring' | 'revoked';

interface KeyFacts {
  /** `iss` of the tokens that this key signs. */
  readonly issuer: string;
  /** Default `active`. */
  readonly status?: IdentityKeyStatus;
  /** With `retiring`: tokens issued later than this are refused. Milliseconds; without it, all verify. */
  readonly retiredAtMs?: number;
}

/** A public JWK as configured. Private members are refused: the backend holds no signing power. */
export type PublicJwk = Readonly<Record<string, unknown>>;

/** One entry of an agent's `identityKeys`: a public key, a static JWK set, or an HS256 secret (see `readStrongSecret`). */
export type IdentityKeyEntry = KeyFacts &
  (
    | { readonly jwk: PublicJwk; readonly kid?: string; readonly alg?: IdentityAlg }
    | { readonly jwks: { readonly keys: readonly PublicJwk[] } }
    | { readonly secret: string; readonly kid: string; readonly alg?: 'HS256' }
  );

export interface IdentityKey {
  readonly kid: string;
  readonly issuer: string;
  /** The only algorithm that this key verifies. */
  readonly alg: IdentityAlg;
  readonly status: IdentityKeyStatus;
  readonly retiredAtMs: number | null;
  readonly key: webcrypto.CryptoKey;
}

/** Where identity keys are looked up. Asynchronous, so that a JWKS URL or the store may stand behind it. */
export interface IdentityKeys {
  find(agent: string, kid: string): Promise<IdentityKey | null>;
}

const KID = /^[A-Za-z0-9_-]{1,64}$/;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Imports the configured keys once. `entries` maps `org/agent` to that agent's keys.
 * Throws `TypeError` at start for a weak secret, a private or unsuitable JWK, or a `kid` that is used twice.
 */
export async function createIdentityKeys(entries: Readonly<Record<string, readonly IdentityKeyEntry[]>>): Promise<IdentityKeys> {
  const agents = new Map<string, Map<string, IdentityKey>>();
  for (const [agent, list] of Object.entries(entries)) {
    const keys = new Map<string, IdentityKey>();
    for (const key of (await Promise.all(list.map((entry) => importEntry(entry)))).flat()) {
      if (keys.has(key.kid)) throw new TypeError(`Two identity keys of ${agent} have the kid "${key.kid}". Give each its own.`);
      keys.set(key.kid, key);
    }
    agents.set(agent, keys);
  }
  return { find: async (agent, kid) => agents.get(agent)?.get(kid) ?? null };
}

async function importEntry(entry: IdentityKeyEntry): Promise<IdentityKey[]> {
  if (typeof entry.issuer !== 'string' || entry.issuer === '')
    throw new TypeError('An identity key needs its issuer, the iss of its tokens.');
  if ('secret' in entry) return [await importSecret(entry)];
  if ('jwk' in entry) return [await importPublicJwk(entry.jwk, entry)];
  const usable = entry.jwks.keys.filter((jwk) => jwk['use'] !== 'enc' && inferAlg(jwk) !== null);
  if (usable.length === 0) throw new TypeError('The JWK set has no signing key for ES256, EdDSA or RS256.');
  return Promise.all(usable.map((jwk) => importPublicJwk(jwk, entry)));
}

async function importSecret(
  entry: KeyFacts & { readonly secret: string; readonly kid: string; readonly alg?: string },
): Promise<IdentityKey> {
  if (entry.alg !== undefined && entry.alg !== 'HS256') throw new TypeError('A secret serves HS256 only.');
  const bytes = readStrongSecret(entry.secret);
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  return describe(entry, { kid: checkKid(entry.kid), alg: 'HS256', key });
}

/** Imports one public JWK; `kid` and `alg` given beside it win over those inside it, and must not contradict. */
export async function importPublicJwk(jwk: PublicJwk, entry: KeyFacts & { kid?: string; alg?: IdentityAlg }): Promise<IdentityKey> {
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name))) {
    throw new TypeError('This JWK holds a private or secret key. Register the public one; a shared secret goes into "secret".');
  }
  const alg = inferAlg(jwk);
  if (alg === null) throw new TypeError('This JWK is not a signing key for ES256 (P-256), EdDSA (Ed25519) or RS256.');
  if (entry.alg !== undefined && entry.alg !== alg) throw new TypeError(`This JWK is for ${alg}, not for ${entry.alg}.`);
  const key = await importMaterial(jwk, alg);
  return describe(entry, { kid: checkKid(entry.kid ?? jwk['kid']), alg, key });
}

async function importMaterial(jwk: PublicJwk, alg: IdentityAlg): Promise<webcrypto.CryptoKey> {
  const { use: _use, key_ops: _keyOps, ext: _ext, ...material } = jwk;
  const key = await importJWK({ ...material, alg }, alg).catch((cause: unknown) => {
    throw new TypeError('This JWK is damaged: its numbers are no key. Copy the public key again.', { cause });
  });
  if (key instanceof Uint8Array) throw new TypeError('A shared secret goes into "secret".');
  // jose would refuse it too, but only when a token arrives.
  const { modulusLength = 2048 } = key.algorithm as { readonly modulusLength?: number };
  if (modulusLength < 2048) throw new TypeError(`This RSA key has ${modulusLength} bits; 2048 is the least.`);
  return key;
}

function describe(facts: KeyFacts, key: Pick<IdentityKey, 'kid' | 'alg' | 'key'>): IdentityKey {
  return { ...key, issuer: facts.issuer, status: facts.status ?? 'active', retiredAtMs: facts.retiredAtMs ?? null };
}

function checkKid(kid: unknown): string {
  if (typeof kid === 'string' && KID.test(kid)) return kid;
  throw new TypeError('An identity key needs a kid of 1 to 64 characters of A–Z, a–z, 0–9, "_" and "-".');
}

function inferAlg(jwk: PublicJwk): IdentityAlg | null {
  const alg = algOfKeyType(jwk);
  const isForVerifying = jwk['use'] === undefined || jwk['use'] === 'sig';
  const maySay = jwk['alg'] === undefined || jwk['alg'] === alg || (alg === 'EdDSA' && jwk['alg'] === 'Ed25519');
  return isForVerifying && maySay ? alg : null;
}

function algOfKeyType(jwk: PublicJwk): IdentityAlg | null {
  if (jwk['kty'] === 'EC' && jwk['crv'] === 'P-256') return 'ES256';
  if (jwk['kty'] === 'OKP' && jwk['crv'] === 'Ed25519') return 'EdDSA';
  return jwk['kty'] === 'RSA' ? 'RS256' : null;
}
