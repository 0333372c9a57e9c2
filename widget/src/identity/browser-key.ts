import type { Clock } from '../config/clock.ts';
import { type ProofRequest, signProof } from './proof.ts';
import { randomText } from './random.ts';
import type { Vault } from './vault.ts';
import { withLimit } from './vault.ts';

/**
 * Where the proof of this browser is kept: `durable` outlives the page, `session` by choice does not (shared device,
 * consent pending), `none` cannot.
 */
export type StorageKind = 'durable' | 'session' | 'none';

/** What this browser proves itself with: a key that never leaves it, or, where that cannot be had, a secret (contract §4). */
export type BrowserKey =
  | { readonly kind: 'key'; readonly storage: StorageKind; prove(request: ProofRequest): Promise<string> }
  | { readonly kind: 'secret'; readonly storage: StorageKind; readonly secret: string };

export interface BrowserKeyOptions {
  readonly agent: string;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Keep nothing: ephemeral, shared device, consent pending. */
  readonly isMemoryOnly: boolean;
}

const KEY_LIMIT_MS = 6_000;
const KEY_NAME = 'key';
const SECRET = /^[A-Za-z0-9_-]{43}$/;
const secretName = (agent: string): string => `familiar:${agent}:secret`;

/** Finds this browser's key, or makes it. Never rejects: it goes down the ladder and says in `storage` where it stands. */
export async function loadBrowserKey(options: BrowserKeyOptions): Promise<BrowserKey> {
  const hasWebCrypto = typeof crypto.subtle === 'object';
  const keep = (pair: CryptoKeyPair, storage: StorageKind): BrowserKey => ({
    kind: 'key',
    storage,
    prove: async (request) => signProof(pair, request, options.clock),
  });
  if (options.isMemoryOnly) {
    return hasWebCrypto ? keep(await makePair(), 'session') : { kind: 'secret', storage: 'session', secret: randomText(32) };
  }
  if (hasWebCrypto) {
    const pair = await storedPair(options);
    if (pair !== null) return keep(pair, 'durable');
  }
  const secret = storedSecret(options.agent);
  if (secret !== null) return { kind: 'secret', storage: 'durable', secret };
  return hasWebCrypto ? keep(await makePair(), 'none') : { kind: 'secret', storage: 'none', secret: randomText(32) };
}

/** Forgets this browser: key, drafts and all else of this agent. The next key is another person. */
export async function wipeBrowser(agent: string, vault: Vault): Promise<void> {
  try {
    localStorage.removeItem(secretName(agent));
  } catch {
    // Storage is blocked: nothing was kept there.
  }
  try {
    await vault.clear();
  } catch {
    // IndexedDB is blocked: nothing was kept there.
  }
}

async function makePair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
}

async function storedPair({ agent, vault, clock }: BrowserKeyOptions): Promise<CryptoKeyPair | null> {
  const find = async (): Promise<CryptoKeyPair> => {
    const known = await vault.get(KEY_NAME);
    if (isPair(known)) return known;
    const made = await makePair();
    // Atomic, because a lock is missing on plain http and in old browsers: the first tab's key stays.
    const stored = await vault.update(KEY_NAME, (old) => (isPair(old) ? old : made));
    return isPair(stored) ? stored : made;
  };
  try {
    // A tab frozen inside the lock must not stop this one: after the limit the atomic update alone decides.
    return await withLimit(underLock(`familiar:${agent}:key`, find), KEY_LIMIT_MS, clock);
  } catch {
    // Blocked, broken or silent storage: the ladder goes on one rung below.
    return null;
  }
}

async function underLock<T>(name: string, run: () => Promise<T>): Promise<T> {
  return navigator.locks === undefined ? run() : navigator.locks.request(name, run);
}

function isPair(value: unknown): value is CryptoKeyPair {
  if (typeof value !== 'object' || value === null) return false;
  const { privateKey, publicKey } = value as Partial<CryptoKeyPair>;
  return privateKey instanceof CryptoKey && publicKey instanceof CryptoKey && !privateKey.extractable;
}

function storedSecret(agent: string): string | null {
  try {
    const known = localStorage.getItem(secretName(agent));
    if (known !== null && SECRET.test(known)) return known;
    localStorage.setItem(secretName(agent), randomText(32));
    // Read again: of two tabs that start at once, the last write is everybody's.
    return localStorage.getItem(secretName(agent));
  } catch {
    // Blocked storage (sandboxed frame, private mode): memory only.
    return null;
  }
}
