import { copy, line, or, text } from '../config/own.ts';
import { randomText } from './random.ts';
import { inTurn } from './tabs.ts';
import type { Vault } from './vault.ts';

/**
 * Where the proof of this browser is kept: `durable` outlives the page, `session` by choice does not (shared device,
 * consent pending), `none` cannot.
 */
export type StorageKind = 'durable' | 'session' | 'none';

interface Kept {
  readonly storage: StorageKind;
  /** Names the time since the last logout in this browser; null where no other tab can have the same key. */
  readonly epoch: string | null;
}
/** What this browser proves itself with: a key that never leaves it, or, where that cannot be had, a secret (contract §4). */
export type BrowserKey = Kept &
  ({ readonly pair: CryptoKeyPair; readonly secret?: undefined } | { readonly pair?: undefined; readonly secret: string });

export interface BrowserKeyOptions {
  readonly agent: string;
  readonly vault: Vault;
  /** Keep nothing: ephemeral, shared device, consent pending. */
  readonly isMemoryOnly: boolean;
  /** The verified user. Where another was here before, the browser is wiped first. */
  readonly person?: string | null;
  /** Keeps this pair where there is none: consent was given. */
  readonly pair?: CryptoKeyPair | undefined;
  /** Once it is over nothing is kept any more. */
  readonly life?: AbortSignal;
  /** The browser was wiped, because another person was here before; their epoch. */
  readonly onOther?: (epoch: string) => void;
}

/** What is kept: the pair, where there is one, and since when and with whom it is in use. Without a pair the epoch is the secret. */
interface KeyRecord extends Partial<CryptoKeyPair> {
  readonly epoch: string;
  readonly person: string | null;
}

/** A rung of the ladder: where a record outlives the page. */
type Rung = Pick<Vault, 'get' | 'update' | 'clear'>;

const KEY_LIMIT_MS = 6_000;
const KEY_NAME = 'key';

/** Finds this browser's key, or makes it. It goes down the ladder and says in `storage` where it stands; rejects only when `life` is over. */
export async function loadBrowserKey(options: BrowserKeyOptions): Promise<BrowserKey> {
  const { isMemoryOnly, vault } = options;
  const hasWebCrypto = typeof crypto.subtle === 'object';
  if (!isMemoryOnly) {
    const pair = hasWebCrypto && (await storedRecord(options, vault));
    if (pair) return { storage: 'durable', epoch: pair.epoch, pair: pair as CryptoKeyPair };
    const secret = await storedRecord(options, secretRung(options));
    if (secret) return { storage: 'durable', epoch: secret.epoch, secret: secret.epoch };
  }
  const lost: Kept = { storage: isMemoryOnly ? 'session' : 'none', epoch: null };
  return hasWebCrypto ? { ...lost, pair: options.pair ?? (await makePair()) } : { ...lost, secret: randomText() };
}

/** False where the browser was wiped since, or its storage does not say; keys in memory are always current. */
export async function isCurrentKey({ epoch, pair }: BrowserKey, agent: string, vault: Vault): Promise<boolean> {
  try {
    return epoch === null || epoch === copy(await (pair ? vault : secretRung({ agent, vault })).get(KEY_NAME))['epoch'];
  } catch {
    // Storage that answered before and is silent now: nobody knows who was here meanwhile.
    return false;
  }
}

/** Forgets this browser: key, drafts and all else of this agent. The next key is another person. */
export async function wipeBrowser(agent: string, vault: Vault): Promise<void> {
  const wipeSecret = async (): Promise<void> => localStorage.removeItem(secretName(agent));
  // Where storage is blocked, nothing was kept there.
  await Promise.allSettled([wipeSecret(), vault.clear()]);
}

async function makePair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
}

async function storedRecord(
  { agent, vault, person = null, pair, life, onOther }: BrowserKeyOptions,
  rung: Rung,
): Promise<KeyRecord | null> {
  const isRecord = (value: unknown): value is KeyRecord => {
    const { epoch, privateKey, publicKey } = copy(value);
    // A plain-http page has no `CryptoKey`, not even the name.
    if (rung !== vault) return /^[\w-]{43}$/.test(line(epoch));
    return privateKey instanceof CryptoKey && publicKey instanceof CryptoKey && !privateKey.extractable && typeof epoch === 'string';
  };
  const find = async (): Promise<KeyRecord> => {
    const before = await rung.get(KEY_NAME);
    life?.throwIfAborted();
    if (isRecord(before)) {
      if (person === null || before.person === person) return before;
      if (before.person !== null) {
        await rung.clear();
        onOther?.(before.epoch);
      }
    }
    let record: KeyRecord = { ...(rung === vault && (pair ?? (await makePair()))), epoch: randomText(), person };
    // Atomic, because a lock is missing on plain http and in old browsers: the first tab's key stays.
    await rung.update(KEY_NAME, (old) => {
      // Whoever left meanwhile has had it wiped: their name does not come back.
      life?.throwIfAborted();
      return (record = isRecord(old) ? { ...old, person: person ?? old.person } : record);
    });
    return record;
  };
  try {
    // A tab frozen inside the lock must not stop this one: after the limit the atomic update alone decides.
    return await inTurn(`${agent}:key`, AbortSignal.timeout(KEY_LIMIT_MS), find);
  } catch {
    life?.throwIfAborted();
    // Blocked, broken or silent storage: the ladder goes on one rung below.
    return null;
  }
}

const secretName = (agent: string): string => `familiar:${agent}:secret`;
const readText = or((kept): unknown => JSON.parse(text(kept)), null);

/** In localStorage, for pages without WebCrypto or IndexedDB. It throws where that is blocked too (sandboxed frame, private mode). */
function secretRung({ agent, vault }: Pick<BrowserKeyOptions, 'agent' | 'vault'>): Rung {
  const name = secretName(agent);
  const read = (): unknown => readText(localStorage.getItem(name));
  return {
    get: async () => read(),
    // In one go: without a lock the tabs take turns.
    update: async (_, change) => localStorage.setItem(name, JSON.stringify(change(read()))),
    clear: async () => wipeBrowser(agent, vault),
  };
}
