import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from '../identity-world.ts';
import { type AttackWorld, MINT_PATH, openAttackWorld, ORIGIN, verdictOf } from './attack-world.ts';

/** An identity token belongs to the browser that used it first, until it has expired. */
let world: AttackWorld;
beforeAll(async () => {
  world = await openAttackWorld();
});
afterAll(() => world.close());

const ELSEWHERE = '401 token_bound_elsewhere';
const use = (browser: Browser, identity_token: string, besides = {}) => verdictOf(world.tryMint(browser, { identity_token, ...besides }));

test.each(['the first before the second', 'the second before the first'])('two browsers, %s: one is let in, each time', async (order) => {
  const [first, second] = [await world.newBrowser(), await world.newBrowser()];
  const [owner, thief] = order.startsWith('the first') ? [first, second] : [second, first];
  const token = await world.sign();
  expect(await use(owner, token)).toBe('200');
  for (const besides of [{}, { user_id: 'alice' }, { attributes: { plan: 'pro' } }])
    expect(await use(thief, token, besides)).toBe(ELSEWHERE);
  expect(await use(owner, token)).toBe('200');
});

test('two browsers racing, twenty rounds: exactly one is let in, and stays so', async () => {
  for (let round = 0; round < 20; round += 1) {
    const browsers = await Promise.all([world.newBrowser(), world.newBrowser()]);
    const token = await world.sign();
    const verdicts = await Promise.all(browsers.map((browser) => use(browser, token)));
    expect(verdicts.toSorted()).toEqual(['200', ELSEWHERE]);
    expect(await Promise.all(browsers.map((browser) => use(browser, token)))).toEqual(verdicts);
  }
});

test('eight browsers racing: one', async () => {
  const token = await world.sign();
  const browsers = await Promise.all(Array.from({ length: 8 }, () => world.newBrowser()));
  const verdicts = await Promise.all(browsers.map((browser) => use(browser, token)));
  expect(verdicts.filter((verdict) => verdict === '200')).toHaveLength(1);
  expect(verdicts.filter((verdict) => verdict === ELSEWHERE)).toHaveLength(7);
});

test('a browser without a key is another browser', async () => {
  const token = await world.sign();
  expect(await use(await world.newBrowser(), token)).toBe('200');
  const anonymous_secret = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
  const body = { embed_key: world.doors.helper.embedKey, identity_token: token, anonymous_secret };
  expect(await verdictOf(world.call('POST', MINT_PATH, { body, headers: { origin: ORIGIN } }))).toBe(ELSEWHERE);
});

test('who was refused has still no session: not even an anonymous one came of it', async () => {
  const [owner, thief] = [await world.newBrowser(), await world.newBrowser()];
  const token = await world.sign();
  await use(owner, token);
  const { proofs: _used, ...before } = world.countRows();
  const answer = await world.tryMint(thief, { identity_token: token });
  expect(await answer.text()).not.toMatch(/"token"|alice|anon_/);
  const { proofs: _usedNow, ...after } = world.countRows();
  expect(after).toEqual(before);
});

test('the same jti from the same issuer in another token is the same token', async () => {
  const jti = crypto.randomUUID();
  expect(await use(await world.newBrowser(), await world.sign({ jti }))).toBe('200');
  expect(await use(await world.newBrowser(), await world.sign({ jti, sub: 'bob' }))).toBe(ELSEWHERE);
});
