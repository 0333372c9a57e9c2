import { clear, createStore, del, get, update, type UseStore } from 'idb-keyval';
import type { Clock } from '../config/clock.ts';

const STORAGE_LIMIT_MS = 2_000;

/**
 * The widget's own place in IndexedDB, one database per agent: key, drafts, cursors; never a transcript, never a token.
 * Every call rejects after 2 s: some browsers never answer `indexedDB.open`.
 */
export interface Vault {
  get(key: string): Promise<unknown>;
  /** Atomic: nobody writes between the read and the write. Returns what is stored afterwards. */
  update(key: string, change: (old: unknown) => unknown): Promise<unknown>;
  /** Leaves nothing, not even `key`, which may name somebody: another tab may have wiped all before. */
  remove(key: string): Promise<void>;
  /** Removes everything of this agent in this browser. */
  clear(): Promise<void>;
}

export function openVault(agent: string, clock: Clock): Vault {
  let opened: UseStore | undefined;
  // `createStore` can make its store only when the database is new, hence a database for each agent.
  const limited = async <T>(run: (store: UseStore) => Promise<T>): Promise<T> => {
    opened ??= createStore(`familiar:${agent}`, 'familiar');
    return withLimit(run(opened), STORAGE_LIMIT_MS, clock);
  };
  return {
    get: async (key) => limited(async (store) => get<unknown>(key, store)),
    update: async (key, change) =>
      limited(async (store) => {
        let stored: unknown;
        await update<unknown>(key, (old) => (stored = change(old)), store);
        return stored;
      }),
    remove: async (key) => limited(async (store) => del(key, store)),
    clear: async () => limited(clear),
  };
}

/** Rejects with `TimeoutError` when `work` has not settled after `limitMs`. */
export async function withLimit<T>(work: Promise<T>, limitMs: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, () => reject(new DOMException('', 'TimeoutError')));
    work.then(resolve, reject).finally(cancel);
  });
}
