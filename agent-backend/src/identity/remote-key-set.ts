import { createRemoteJWKSet, customFetch } from 'jose';
import { StoreError } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { type IdentityKey, importPublicJwk, inferAlg, type PublicJwk } from './identity-key.ts';
import type { KeySetUrlEntry } from './identity-keys.ts';
import { type Fetch, fetchKeySet, type KeySetTrouble, nameTrouble, parseKeySetUrl } from './key-set-fetch.ts';

/** After any attempt, good or bad, none for this long: no flood of unknown kids reaches the issuer. */
const COOLDOWN_MS = 30_000;
/** Bounds of what Cache-Control may ask for, and what holds without it. */
const MAX_AGE_MS = { least: 60_000, most: 600_000, otherwise: 300_000 };
/** While the issuer is away, its last good answer counts for this long; then nobody comes in. */
const STALE_IF_ERROR_MS = 3_600_000;

/** One attempt to fetch a key set that failed; at most one in 30 s for each address. */
export interface KeySetFailure {
  /** As configured. */
  readonly issuer: string;
  readonly trouble: KeySetTrouble;
}

/** Not the store, but as if it were: whatever needs the keys cannot be told now. */
export class IssuerAwayError extends StoreError {
  /** Until the issuer is asked again. */
  readonly retryAfterS: number;
  constructor(retryAfterS: number) {
    super('unavailable', "The issuer's key set cannot be fetched.");
    this.name = 'IssuerAwayError';
    this.retryAfterS = retryAfterS;
  }
}

export interface RemoteKeySetDeps {
  readonly clock: Clock;
  /** Trusts the certificates that this process trusts: an issuer's private authority goes into `NODE_EXTRA_CA_CERTS`. */
  readonly fetch: Fetch;
  /** Told of each failed attempt. */
  readonly report?: ((failure: KeySetFailure) => void) | undefined;
  /** Of one request. Default 5,000. */
  readonly timeoutMs?: number;
}

/** The keys behind one `jwksUrl`. */
export interface RemoteKeySet {
  /** A key that is known and not old; never asks. */
  peek(kid: string): IdentityKey | null;
  /**
   * `null` if the issuer does not publish this kid, or twice, or for something else than signing with an allowed algorithm.
   * Rejects with `IssuerAwayError` if it cannot be asked and its last answer is too old.
   */
  find(kid: string): Promise<IdentityKey | null>;
  /** The newest keys that are known, asking for them first if they are old. Never rejects. */
  list(): Promise<readonly IdentityKey[]>;
}

interface Answer {
  readonly keys: ReadonlyMap<string, IdentityKey>;
  readonly atMs: number;
  readonly maxAgeMs: number;
}

/**
 * jose carries the request (one in flight, time limit, no redirect, a late older answer never wins); when to ask and what to
 * believe is decided here. Throws `TypeError` for an address that is not allowed.
 */
export function createRemoteKeySet(entry: KeySetUrlEntry, { clock, fetch, report, timeoutMs = 5000 }: RemoteKeySetDeps): RemoteKeySet {
  let askedForMs: number | null = null;
  const remote = createRemoteJWKSet(parseKeySetUrl(entry.jwksUrl), {
    timeoutDuration: timeoutMs,
    [customFetch]: async (url, init) => {
      const { response, maxAgeMs } = await fetchKeySet(fetch, url, init);
      askedForMs = maxAgeMs;
      return response;
    },
  });
  let answer: Answer | null = null;
  let triedAtMs = -Infinity;
  let pending: Promise<void> | null = null;

  const ask = async (): Promise<void> => {
    const atMs = clock();
    triedAtMs = atMs;
    await remote.reload();
    answer = { keys: await importKeySet(remote.jwks()?.keys ?? [], entry), atMs, maxAgeMs: boundMaxAge(askedForMs) };
  };
  const refresh = async (): Promise<void> => {
    if (pending === null && !isWithin(COOLDOWN_MS, clock() - triedAtMs)) {
      // Away, slow, too large or not a key set: what was known still counts for a while.
      pending = ask()
        .catch((error: unknown) => report?.({ issuer: entry.issuer, trouble: nameTrouble(error) }))
        .finally(() => (pending = null));
    }
    await pending;
  };
  const isFresh = (): boolean => answer !== null && isWithin(answer.maxAgeMs, clock() - answer.atMs);
  return {
    peek: (kid) => (isFresh() ? (answer?.keys.get(kid) ?? null) : null),
    async find(kid) {
      if (!isFresh() || answer?.keys.has(kid) !== true) await refresh();
      if (answer === null || !isWithin(STALE_IF_ERROR_MS, clock() - answer.atMs)) {
        throw new IssuerAwayError(Math.min(Math.max(0, triedAtMs + COOLDOWN_MS - clock()), COOLDOWN_MS) / 1000);
      }
      return answer.keys.get(kid) ?? null;
    },
    async list() {
      if (!isFresh()) await refresh();
      return [...(answer?.keys.values() ?? [])];
    },
  };
}

/** A clock that was set back makes everything old. */
function isWithin(limitMs: number, ageMs: number): boolean {
  return ageMs >= 0 && ageMs < limitMs;
}

function boundMaxAge(askedForMs: number | null): number {
  return askedForMs === null ? MAX_AGE_MS.otherwise : Math.min(Math.max(askedForMs, MAX_AGE_MS.least), MAX_AGE_MS.most);
}

async function importKeySet(published: readonly object[], entry: KeySetUrlEntry): Promise<ReadonlyMap<string, IdentityKey>> {
  const usable = published.map((jwk) => ({ ...jwk })).filter((jwk) => isAllowed(jwk, entry));
  const imported = await Promise.allSettled(usable.map((jwk) => importPublicJwk(jwk, { issuer: entry.issuer })));
  const keys = new Map<string, IdentityKey>();
  for (const result of imported) {
    // Private, damaged or without a usable kid: it is as if it were not there.
    if (result.status === 'rejected') continue;
    // A kid says which key; one that names two names none.
    const isNamedTwice = published.filter((jwk) => 'kid' in jwk && jwk.kid === result.value.kid).length > 1;
    if (!isNamedTwice) keys.set(result.value.kid, result.value);
  }
  return keys;
}

function isAllowed(jwk: PublicJwk, { algs = ['ES256', 'EdDSA', 'RS256'] }: KeySetUrlEntry): boolean {
  const alg = inferAlg(jwk);
  return algs.some((allowed) => allowed === alg);
}
