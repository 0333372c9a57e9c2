import {
  type IdentityAlg,
  type IdentityKey,
  type IdentityKeys,
  importPublicJwk,
  importSecret,
  inferAlg,
  type KeyFacts,
  type PublicJwk,
} from './identity-key.ts';

export {
  IDENTITY_ALGS,
  type IdentityAlg,
  type IdentityKey,
  type IdentityKeys,
  type IdentityKeyStatus,
  type PublicJwk,
} from './identity-key.ts';

/** A JWK as libraries type it: their interfaces have no index signature, which `PublicJwk` alone would ask for. */
export type JwkLike = PublicJwk | { readonly kty?: string };

/** A public key, a static JWK set, or an HS256 secret (see `readStrongSecret`), as configured. */
export type IdentityKeyEntry = KeyFacts &
  (
    | { readonly jwk: JwkLike; readonly kid?: string; readonly alg?: IdentityAlg }
    | { readonly jwks: { readonly keys: readonly JwkLike[] } }
    | { readonly secret: string; readonly kid: string; readonly alg?: 'HS256' }
  );

/** Keys that an issuer publishes and rotates itself, such as an OpenID provider's. */
export interface KeySetUrlEntry {
  readonly issuer: string;
  /** `https:`, or `http:` on loopback; without user info. */
  readonly jwksUrl: string;
  /** Default: all three. A secret is never taken from a URL. */
  readonly algs?: readonly Exclude<IdentityAlg, 'HS256'>[];
}

/** One entry of an agent's `identityKeys`. */
export type IdentityKeySource = IdentityKeyEntry | KeySetUrlEntry;

/** By `org/agent`. */
export type KeysByAgent<Entry> = Readonly<Record<string, readonly Entry[]>>;

export interface ConfiguredKeys extends IdentityKeys {
  list(agent: string): readonly IdentityKey[];
}

/**
 * Imports the configured keys once; those of JWKS URLs and of the API are `createIdentityKeyring`'s.
 * Throws `TypeError` at start for a weak secret, a private or unsuitable JWK, or a `kid` that is used twice.
 */
export async function createIdentityKeys(entries: KeysByAgent<IdentityKeyEntry>): Promise<ConfiguredKeys> {
  const agents = new Map<string, Map<string, IdentityKey>>();
  for (const [agent, list] of Object.entries(entries)) {
    const keys = new Map<string, IdentityKey>();
    for (const key of (await Promise.all(list.map((entry, index) => importNamed(entry, `${agent}, identityKeys.${index}`)))).flat()) {
      if (keys.has(key.kid)) throw new TypeError(`Two identity keys of ${agent} have the kid "${key.kid}". Give each its own.`);
      keys.set(key.kid, key);
    }
    agents.set(agent, keys);
  }
  return {
    find: async (agent, kid) => agents.get(agent)?.get(kid) ?? null,
    list: (agent) => [...(agents.get(agent)?.values() ?? [])],
  };
}

async function importNamed(entry: IdentityKeyEntry, where: string): Promise<IdentityKey[]> {
  return importEntry(entry).catch((cause: unknown) => {
    throw new TypeError(`${where}: ${cause instanceof Error ? cause.message : 'unreadable.'}`, { cause });
  });
}

async function importEntry(entry: IdentityKeyEntry): Promise<IdentityKey[]> {
  if (typeof entry.issuer !== 'string' || entry.issuer === '')
    throw new TypeError('An identity key needs its issuer, the iss of its tokens.');
  if ('secret' in entry) return [await importSecret(entry)];
  if ('jwk' in entry) return [await importPublicJwk({ ...entry.jwk }, entry)];
  const usable = entry.jwks.keys.map((jwk): PublicJwk => ({ ...jwk })).filter((jwk) => inferAlg(jwk) !== null);
  if (usable.length === 0) throw new TypeError('The JWK set has no signing key for ES256, EdDSA or RS256.');
  return Promise.all(usable.map((jwk) => importPublicJwk(jwk, entry)));
}
