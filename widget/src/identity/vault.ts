import { clear, createStore, del, get, update, type UseStore } from 'idb-keyval';
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
  const limited =
    <Args extends unknown[], T>(run: (...args: [...Args, UseStore]) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      // It can make its store only when the database is new, hence a database for each agent.
      opened ??= createStore(`familiar:${agent}`, 'familiar');
      return withLimit(run(...args, opened), STORAGE_LIMIT_MS, clock);
    };
  const close = limited<[], void>(async (store) => store('readonly', ({ transaction: { db } }) => db.close()));
  return {
    get: limited<[key: string], unknown>(get),
    update: limited<[key: string, change: (old: unknown) => unknown], void>(update),
    remove: limited<[key: string], void>(del),
    clear: limited<[], void>(clear),
    close() {
      if (opened) close().catch(() => undefined);
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
