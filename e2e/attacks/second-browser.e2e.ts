import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { Chat } from '../chat.ts';
import { type Demo, expect, test } from '../demo.ts';
import { type Exchange, type Recording, record } from './recording.ts';

/** Somebody has everything of a visitor but the key that cannot be copied: storage, network archive, anonymous id. */
const MINT = '/v1/embed/session-tokens';

interface Victim {
  readonly page: Page;
  readonly secret: string;
  readonly recording: Recording;
}

async function openVictim(demo: Demo, page: Page): Promise<Victim> {
  const secret = `Zora${randomUUID().slice(0, 8)}`;
  const recording = record(page);
  await page.goto(demo.site);
  await new Chat(page).ask(`My name is ${secret}`);
  return { page, secret, recording };
}

/** Sends a recorded request again, byte for byte, from elsewhere. */
async function replay({ method, url, headers, sent }: Exchange, change: Record<string, string> = {}): Promise<Response> {
  const kept = Object.entries(headers).filter(
    ([name]) => !name.startsWith(':') && !['host', 'content-length', 'connection'].includes(name),
  );
  return fetch(url, { method, headers: { ...Object.fromEntries(kept), ...change }, ...(sent === null ? {} : { body: sent }) });
}

test('all records of IndexedDB and localStorage in a second browser make another visitor', async ({ demo, visitor, browser }) => {
  const victim = await openVictim(demo, await visitor());
  const rows = await victim.page.evaluate(async (name) => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(name);
      request.addEventListener('success', () => resolve(request.result));
    });
    const store = database.transaction('familiar').objectStore('familiar');
    const [keys, values] = [store.getAllKeys(), store.getAll() as IDBRequest<unknown[]>];
    await new Promise((resolve) => values.addEventListener('success', resolve));
    // A structured clone is the best copy that a script gets; it cannot leave the browser but as JSON.
    return JSON.stringify(keys.result.map((key, at) => [key, structuredClone(values.result[at])]));
  }, 'familiar:fernwell/guide');
  const context = await browser.newContext();
  const thief = await context.newPage();
  await thief.goto(`${demo.site}/care`);
  await thief.evaluate(async (copied) => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('familiar:fernwell/guide', 1);
      request.addEventListener('upgradeneeded', () => request.result.createObjectStore('familiar'));
      request.addEventListener('success', () => resolve(request.result));
    });
    const store = database.transaction('familiar', 'readwrite').objectStore('familiar');
    for (const [key, value] of JSON.parse(copied) as [string, unknown][]) store.put(value, key);
    await new Promise((resolve) => store.transaction.addEventListener('complete', resolve));
    database.close();
  }, rows);
  const recording = record(thief);
  await thief.goto(demo.site);
  const chat = new Chat(thief);
  expect(await chat.ask('What is my name?')).not.toContain(victim.secret);
  expect(await thief.locator('body').innerText()).not.toContain(victim.secret);
  const ids = [victim.recording, recording].map(async (one) =>
    (await one.settle()).filter(({ url, status }) => url.endsWith(MINT) && status === 200).map(({ answer }) => idIn(answer)),
  );
  const [first = [], second = []] = await Promise.all(ids);
  expect(second.length).toBeGreaterThan(0);
  expect(first.some((id) => second.includes(id))).toBe(false);
  await context.close();
});

function idIn(answer: string): string {
  return (JSON.parse(answer) as { participant: { id: string } }).participant.id;
}

test('the key itself gives nothing away to a script of its own page', async ({ demo, visitor }) => {
  const { page } = await openVictim(demo, await visitor());
  const verdict = await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('familiar:fernwell/guide');
      request.addEventListener('success', () => resolve(request.result));
    });
    const values = await new Promise<unknown[]>((resolve) => {
      const request = database.transaction('familiar').objectStore('familiar').getAll();
      request.addEventListener('success', () => resolve(request.result));
    });
    const keys: CryptoKey[] = [];
    const walk = (value: unknown): void => {
      if (value instanceof CryptoKey) keys.push(value);
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk);
    };
    walk(values);
    const secret = keys.filter(({ type }) => type === 'private');
    const exported = await Promise.allSettled(
      secret.flatMap((key) => ['jwk', 'pkcs8'].map(async (format) => crypto.subtle.exportKey(format as 'pkcs8', key))),
    );
    return { secrets: secret.length, exported: exported.filter(({ status }) => status === 'fulfilled').length };
  });
  expect(verdict).toEqual({ secrets: 1, exported: 0 });
});

test('a whole network archive mints nothing, and after logout reads nothing', async ({ demo, visitor }) => {
  const { page, secret, recording } = await openVictim(demo, await visitor());
  const exchanges = (await recording.settle()).filter(({ url }) => url.startsWith(demo.backend));
  const mints = exchanges.filter(({ method, url }) => method === 'POST' && url.endsWith(MINT));
  expect(mints.length).toBeGreaterThan(0);
  for (const mint of mints) {
    const again = await replay(mint);
    expect({ status: again.status, text: await again.text() }).toMatchObject({
      status: 401,
      text: expect.stringContaining('invalid_proof'),
    });
    const asUser = { ...mint, sent: JSON.stringify({ ...(JSON.parse(mint.sent ?? '{}') as object), user_id: idIn(mint.answer) }) };
    expect((await replay(asUser)).status).toBe(401);
  }
  await page.evaluate(() => (window as unknown as { familiar: (name: string) => void }).familiar('logout'));
  const bearers = exchanges.filter(({ headers }) => headers['authorization'] !== undefined);
  expect(bearers.length).toBeGreaterThan(2);
  await expect.poll(async () => (await replay(bearers[0] as Exchange)).status).toBe(401);
  for (const exchange of bearers) {
    const again = await replay(exchange);
    const text = await again.text();
    expect({ url: exchange.url, status: again.status }).toEqual({ url: exchange.url, status: 401 });
    expect(text).not.toContain(secret);
  }
});
