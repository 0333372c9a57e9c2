import { randomBytes } from 'node:crypto';
import type { MintResponse } from '@familiar/protocol';
import { afterEach, expect, test } from 'vitest';
import { type HttpWorld, type HttpWorldOptions, openHttpWorld, ORIGIN } from '../../test/http-world.ts';
import { type Browser, openBrowser } from '../../test/identity-world.ts';

const OFFICE = '192.0.2.1';
const ELSEWHERE = '192.0.2.2';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const time = { now: Date.now() };
const clock = (): number => time.now;
let world: HttpWorld | undefined;
afterEach(() => world?.close());

interface MintFrom {
  readonly address?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

async function open(options: HttpWorldOptions = {}) {
  const opened = await openHttpWorld({ clock, ...options });
  world = opened;
  const send = (headers: Record<string, string>, { address = OFFICE, body = {} }: MintFrom = {}): Promise<Response> =>
    opened.call('POST', '/v1/embed/session-tokens', {
      body: { embed_key: opened.embedKey, ...body },
      headers: { origin: ORIGIN, ...headers },
      address,
    });
  const mint = async (browser: Browser, from?: MintFrom): Promise<Response> => send({ dpop: await browser.prove() }, from);
  return {
    ...opened,
    send,
    mint,
    status: async (browser: Browser, from?: MintFrom): Promise<number> => (await mint(browser, from)).status,
    openBrowsers: (count: number) => Promise.all(Array.from({ length: count }, () => openBrowser(clock))),
    /** How many of so many made-up keys are let in. */
    flood: async (count: number, from?: MintFrom): Promise<number> => {
      let granted = 0;
      for (let tried = 0; tried < count; tried += 1) granted += Number((await mint(await openBrowser(clock), from)).status === 200);
      return granted;
    },
  };
}

test('a hundred browsers of one office renew every 12 minutes, while it has nothing left for new ones', async () => {
  const { openBrowsers, status, flood } = await open();
  const office = await openBrowsers(100);
  // They came in one after the other, as fast as their address may.
  for (const browser of office) {
    while ((await status(browser)) !== 200) time.now += 2 * MINUTE_MS;
  }
  await flood(10);
  for (let round = 0; round < 5; round += 1) {
    time.now += 12 * MINUTE_MS;
    // Made-up keys from the same address take what it has, and none of what the others need.
    expect(await flood(20)).toBeLessThanOrEqual(10);
    expect(new Set(await Promise.all(office.map((browser) => status(browser))))).toEqual(new Set([200]));
  }
}, 30_000);

test('a flood of made-up keys stays at 10, then 30 an hour', async () => {
  const { flood } = await open();
  expect(await flood(30)).toBe(10);
  let granted = 0;
  for (let minute = 0; minute < 60; minute += 1) {
    time.now += MINUTE_MS;
    granted += await flood(2);
  }
  expect(granted).toBe(30);
}, 30_000);

test('one known browser without end is limited by itself, and its neighbours are not', async () => {
  const { openBrowsers, status, mint } = await open();
  const [greedy, neighbour] = (await openBrowsers(2)) as [Browser, Browser];
  expect([await status(greedy), await status(neighbour)]).toEqual([200, 200]);
  let granted = 0;
  for (let tried = 0; tried < 20; tried += 1) granted += Number((await status(greedy)) === 200);
  expect(granted).toBe(10);
  const refused = await mint(greedy);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
  expect(await status(neighbour)).toBe(200);
});

test('who claims to be a known browser without its key is refused, and takes nothing from it', async () => {
  const { openBrowsers, status, send, mint, flood } = await open({ agent: { limits: { mintBurst: 3 } } });
  const [victim, thief] = (await openBrowsers(2)) as [Browser, Browser];
  expect(await status(victim)).toBe(200);
  for (let tried = 0; tried < 5; tried += 1) {
    const forged = await thief.prove({}, { jwk: victim.jwk });
    expect((await send({ dpop: forged }, { address: ELSEWHERE })).status).toBe(tried < 3 ? 401 : 429);
  }
  expect(await status(victim)).toBe(200);
  // Nor does it make the thief's own key known.
  expect(await flood(3, { address: ELSEWHERE })).toBe(3);
  expect((await mint(thief, { address: ELSEWHERE })).status).toBe(429);
});

test('a mint that was refused makes no browser known', async () => {
  const { openBrowsers, status, embedKey } = await open({ agent: { limits: { mintBurst: 2 } } });
  const [browser] = (await openBrowsers(1)) as [Browser];
  const bad = { body: { embed_key: embedKey, identity_token: 'nonsense' } };
  expect([await status(browser, bad), await status(browser, bad), await status(browser)]).toEqual([401, 401, 429]);
});

test('a secret in the place of a key is a browser too', async () => {
  const { send, flood } = await open({ agent: { limits: { mintBurst: 2 } } });
  const body = { anonymous_secret: randomBytes(32).toString('base64url') };
  const statuses: number[] = [(await send({}, { body })).status];
  await flood(2);
  for (let tried = 0; tried < 3; tried += 1) statuses.push((await send({}, { body })).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
});

test('a token that is shown makes its browser known again, as after a restart', async () => {
  const { openBrowsers, mint, status, call, flood } = await open({ agent: { limits: { mintBurst: 1 } } });
  const [browser] = (await openBrowsers(1)) as [Browser];
  const { token } = (await (await mint(browser)).json()) as MintResponse;
  // After a day without a mint it is forgotten, as it would be by a restart; an expired token brings nothing back.
  time.now += 25 * HOUR_MS;
  expect((await call('GET', '/v1/sessions', { token })).status).toBe(401);
  expect([await flood(1), await status(browser)]).toEqual([1, 429]);
  const fresh = (await (await mint(browser, { address: ELSEWHERE })).json()) as MintResponse;
  time.now += 10 * MINUTE_MS;
  expect((await call('GET', '/v1/sessions', { token: fresh.token })).status).toBe(200);
  time.now += 24 * HOUR_MS - 5 * MINUTE_MS;
  expect([await flood(1), await status(browser)]).toEqual([1, 200]);
});
