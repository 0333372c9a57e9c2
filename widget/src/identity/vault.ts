import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import type { Clock } from '../config/clock.ts';

const STORAGE_LIMIT_MS = 2_000;

/**
 * The widget's own place in IndexedDB, one database per agent: key, drafts, cursors; never a transcript, never a token.
 * Every call rejects after 2 s: some browsers never answer `indexedDB.open`.
 */
export interface Vault {
  get(key: string): Promise<unknown>;
  /** Atomic: nobody writes between the read and the write. */
  update(key: string, change: (old: unknown) => unknown): Promise<void>;
  /** Leaves nothing, not even `key`, which may name somebody: another tab may have wiped all before. */
  remove(key: string): Promise<void>;
  /** Removes everything of this agent in this browser. */
  clear(): Promise<void>;
  /** Lets go of the database after what is under way. */
  readonly close: () => void;
}

export function openVault(agent: string, clock: Clock): Vault {
  let opened: UseStore | undefined;
  const use = async <T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => PromiseLike<T>): Promise<T> => {
    // It can make its store only when the database is new, hence a database for each agent.
    opened ??= createStore(`familiar:${agent}`, 'familiar');
    return withLimit(opened(mode, run), STORAGE_LIMIT_MS, clock);
  };
  const write = async (run: (store: IDBObjectStore) => unknown): Promise<void> =>
    use('readwrite', async (store) => {
      await run(store);
      return promisifyRequest(store.transaction);
    });
  return {
    get: async (key) => use('readonly', async (store) => promisifyRequest<unknown>(store.get(key))),
    update: async (key, change) => write(async (store) => store.put(change(await promisifyRequest<unknown>(store.get(key))), key)),
    remove: async (key) => write((store) => store.delete(key)),
    clear: async () => write((store) => store.clear()),
    close() {
      if (opened) use('readonly', async ({ transaction: { db } }) => db.close()).catch(() => undefined);
      opened = undefined;
    },
  };
}

/** Rejects with `TimeoutError` when `work` has not settled after `limitMs`. */
export async function withLimit<T>(work: Promise<T>, limitMs: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, () => reject(new DOMException('', 'TimeoutError')));
    work.then(resolve, reject).finally(cancel);
  });
}
