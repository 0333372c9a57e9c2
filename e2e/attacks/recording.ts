import type { Page, Request } from '@playwright/test';

/** One exchange as an archive of the network would keep it. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sent: string | null;
  readonly status: number;
  readonly answer: string;
}

export interface Recording {
  readonly exchanges: readonly Exchange[];
  /** Waits until every answer that has begun was read. */
  settle(): Promise<readonly Exchange[]>;
}

/** Keeps everything that goes over the wire of a page: addresses, headers, bodies, proofs and tokens. */
export function record(page: Page): Recording {
  const exchanges: Exchange[] = [];
  const reading: Promise<void>[] = [];
  page.on('requestfinished', (request) => void reading.push(keep(request, exchanges)));
  page.on('requestfailed', (request) => void reading.push(keep(request, exchanges)));
  return {
    exchanges,
    async settle() {
      await Promise.all(reading);
      return exchanges;
    },
  };
}

async function keep(request: Request, exchanges: Exchange[]): Promise<void> {
  const response = await request.response().catch(() => null);
  const body = await response?.text().catch(() => '');
  exchanges.push({
    method: request.method(),
    url: request.url(),
    headers: await request.allHeaders().catch(() => request.headers()),
    sent: request.postData(),
    status: response?.status() ?? 0,
    answer: body ?? '',
  });
}

/** All that IndexedDB, storage and caches of a page's origin hold, as JSON: a key that cannot be copied shows as an empty object. */
export async function readStorage(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const open = (name: string): Promise<IDBDatabase> =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open(name);
        request.addEventListener('success', () => resolve(request.result));
        request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB')));
      });
    const all = (store: IDBObjectStore): Promise<unknown[]> =>
      new Promise((resolve) => {
        const [keys, values] = [store.getAllKeys(), store.getAll()];
        values.addEventListener('success', () => resolve([keys.result, values.result]));
      });
    const databases: unknown[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await open(name);
      for (const store of database.objectStoreNames) databases.push(name, await all(database.transaction(store).objectStore(store)));
      database.close();
    }
    const cached = await caches.keys().catch(() => []);
    return JSON.stringify([databases, Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, cached]);
  });
}
