import type { IdentityKeyInfo } from '@familiar/protocol';
import type { webcrypto } from 'node:crypto';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { createIdentityKeyCache } from './identity-key-cache.ts';
import { type IdentityKey, type IdentityKeys, importPublicJwk, type PublicJwk } from './identity-key.ts';
import { createIdentityKeyOffice, type IdentityKeyOffice } from './identity-key-office.ts';
import { describeRow, type IdentityKeyRow, readAgentKeyRows, readKeyRow } from './identity-key-rows.ts';
import {
  createIdentityKeys,
  type IdentityKeyEntry,
  type IdentityKeySource,
  type KeysByAgent,
  type KeySetUrlEntry,
} from './identity-keys.ts';
import type { Fetch } from './key-set-fetch.ts';
import { createRemoteKeySet, type KeySetFailure, type RemoteKeySet, type RemoteKeySetDeps } from './remote-key-set.ts';

export interface IdentityKeyringDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** For JWKS URLs. Default: the global one. */
  readonly fetch?: Fetch;
  /** Told when a JWKS URL could not be fetched, for the operator's log. */
  readonly report?: (failure: KeySetFailure) => void;
}

/**
 * All identity keys of all agents, from three places, and the owner's hand on them.
 *
 * `find`: what was revoked at run time is revoked, wherever it stands; then the configuration file, then the keys added by API,
 * then JWKS URLs. Rejects with `StoreError` if the store, or an issuer's key set that is needed, is away for too long: closed,
 * not open.
 */
export interface IdentityKeyring extends IdentityKeys, IdentityKeyOffice {
  /** Configured keys first, then added and revoked ones, oldest first, then published ones. */
  list(agent: string): Promise<readonly IdentityKeyInfo[]>;
}

/** Throws `TypeError` at start for mistaken keys and addresses. */
export async function createIdentityKeyring(entries: KeysByAgent<IdentityKeySource>, deps: IdentityKeyringDeps): Promise<IdentityKeyring> {
  const { store, clock, fetch = globalThis.fetch, report } = deps;
  const configured = await createIdentityKeys(select(entries, (entry): entry is IdentityKeyEntry => !('jwksUrl' in entry)));
  const published = openKeySets(
    select(entries, (entry): entry is KeySetUrlEntry => 'jwksUrl' in entry),
    { clock, fetch, report },
  );
  const cache = createIdentityKeyCache({ store, clock });
  const importRow = createRowImport();

  const findElsewhere = async (agent: string, kid: string) => {
    const key = await configured.find(agent, kid);
    if (key !== null) return { key, source: 'config' } as const;
    const found = await published.find(agent, kid);
    return found === null ? null : ({ key: found, source: 'jwks' } as const);
  };
  return {
    async find(agent, kid) {
      const row = await cache.find(agent, kid);
      if (row?.status === 'revoked') return toRevoked(row);
      const key = await configured.find(agent, kid);
      if (key !== null) return key;
      if (row !== null) return importRow(row);
      const elsewhere = await settle(published.find(agent, kid));
      if (elsewhere.kind === 'done' && elsewhere.value !== null) return elsewhere.value;
      // A key that another process added a moment ago: a signer that switches to it must not fail once.
      const added = await readKeyRow(store, agent, kid);
      if (added !== null) return importRow(added);
      if (elsewhere.kind === 'failed') throw elsewhere.error;
      return null;
    },
    async list(agent) {
      const rows = await readAgentKeyRows(store, agent);
      const taken = new Set(rows.map(({ kid }) => kid));
      const others = (keys: readonly IdentityKey[]) => keys.filter(({ kid }) => !taken.has(kid));
      return [
        ...others(configured.list(agent)).map((key) => describeKey(key, 'config')),
        ...rows.map(describeRow),
        ...others(await published.list(agent)).map((key) => describeKey(key, 'jwks')),
      ];
    },
    ...createIdentityKeyOffice({ store, clock, findElsewhere, onChange: () => cache.forget() }),
  };
}

function select<Kind extends IdentityKeySource>(
  entries: KeysByAgent<IdentityKeySource>,
  isKind: (entry: IdentityKeySource) => entry is Kind,
): KeysByAgent<Kind> {
  return Object.fromEntries(Object.entries(entries).map(([agent, list]) => [agent, list.filter(isKind)]));
}

interface KeySets {
  find(agent: string, kid: string): Promise<IdentityKey | null>;
  list(agent: string): Promise<readonly IdentityKey[]>;
}

function openKeySets(entries: KeysByAgent<KeySetUrlEntry>, deps: RemoteKeySetDeps): KeySets {
  const agents = new Map<string, readonly RemoteKeySet[]>();
  for (const [agent, list] of Object.entries(entries)) {
    if (list.some(({ issuer }) => issuer === '')) throw new TypeError('A jwksUrl needs its issuer, the iss of its tokens.');
    agents.set(
      agent,
      list.map((entry) => createRemoteKeySet(entry, deps)),
    );
  }
  return {
    /** The first that publishes the kid. One that is away hides none of the others, but nothing is "not there" without asking it. */
    async find(agent, kid) {
      const sets = agents.get(agent) ?? [];
      // Otherwise each key of one issuer would be an unknown kid to the others, and ask them again and again.
      const known = sets.map((set) => set.peek(kid)).find((key) => key !== null);
      if (known !== undefined) return known;
      const answers = await Promise.allSettled(sets.map((set) => set.find(kid)));
      const found = answers.find((answer) => answer.status === 'fulfilled' && answer.value !== null);
      if (found?.status === 'fulfilled') return found.value;
      const away = answers.find((answer) => answer.status === 'rejected');
      if (away?.status === 'rejected') throw away.reason;
      return null;
    },
    list: async (agent) => (await Promise.all((agents.get(agent) ?? []).map((set) => set.list()))).flat(),
  };
}

type Settled<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'failed'; readonly error: unknown };

async function settle<T>(work: Promise<T>): Promise<Settled<T>> {
  try {
    return { kind: 'done', value: await work };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** Imports each added key once: its numbers never change, only what is said about it. */
function createRowImport(): (row: IdentityKeyRow) => Promise<IdentityKey> {
  const imported = new Map<string, Promise<webcrypto.CryptoKey>>();
  const importJwk = async (row: IdentityKeyRow, jwk: string): Promise<webcrypto.CryptoKey> => {
    const key = await importPublicJwk(JSON.parse(jwk) as PublicJwk, { issuer: row.issuer, kid: row.kid, alg: row.alg });
    if (key.status === 'revoked') throw new TypeError('A revoked key has nothing to import.');
    return key.key;
  };
  return async (row) => {
    const { kid, issuer, alg, thumbprint, status, retiredAtMs, jwk } = row;
    if (status === 'revoked' || jwk === null) return toRevoked(row);
    const pending = imported.get(jwk) ?? importJwk(row, jwk);
    imported.set(jwk, pending);
    return { kid, issuer, alg, thumbprint, status, retiredAtMs, key: await pending };
  };
}

function toRevoked({ kid, issuer, alg, thumbprint }: IdentityKeyRow): IdentityKey {
  return { kid, issuer, alg, thumbprint, status: 'revoked' };
}

function describeKey({ kid, issuer, alg, status }: IdentityKey, source: IdentityKeyInfo['source']): IdentityKeyInfo {
  return { kid, issuer, alg, status, source, created_at: null };
}
