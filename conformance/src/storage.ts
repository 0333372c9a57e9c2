import type { Page } from '@playwright/test';

/** All that this page's origin keeps in this browser, as one text to search in. */
export async function readStorage(page: Page): Promise<string> {
  const databases = await page.evaluate(readDatabases);
  const rest = await page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]));
  return [...databases, rest].join('\n');
}

/** The names of the databases that this page's origin keeps. */
export async function listDatabases(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ''));
}

async function readDatabases(): Promise<string[]> {
  const settle = async <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB')));
    });
  const texts: string[] = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await settle(indexedDB.open(name ?? ''));
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      texts.push(JSON.stringify([await settle(rows.getAllKeys()), await settle(rows.getAll())]));
    }
    database.close();
  }
  return texts;
}
