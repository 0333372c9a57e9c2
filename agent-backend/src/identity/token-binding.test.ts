import { afterEach, beforeEach, expect, test } from 'vitest';
import { AGENT, minted, openBrowser, openWorld, OTHER_AGENT, refused, type World } from '../../test/identity-world.ts';
import { bindToken } from './token-binding.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

test('the same browser uses its token again, any other is told that it is bound', async () => {
  const [token, other] = [await world.sign(), await openBrowser(world.clock)];
  expect(minted(await world.mint({ identity_token: token })).level).toBe('verified');
  expect(minted(await world.mint({ identity_token: token })).level).toBe('verified');
  expect(refused(await world.mint({ identity_token: token }, { browser: other }))).toBe('token_bound_elsewhere');
  const next = await world.sign();
  expect(minted(await world.mint({ identity_token: next }, { browser: other })).level).toBe('verified');
  expect(refused(await world.mint({ identity_token: next }))).toBe('token_bound_elsewhere');
});

test('it stays bound for as long as it can be accepted', async () => {
  const [token, other] = [await world.sign(), await openBrowser(world.clock)];
  await world.mint({ identity_token: token });
  world.time.now += 659_000;
  expect(refused(await world.mint({ identity_token: token }, { browser: other }))).toBe('token_bound_elsewhere');
  world.time.now += 1000;
  expect(refused(await world.mint({ identity_token: token }, { browser: other }))).toBe('token_expired');
});

test('of two browsers that race with one token, in twenty mints, exactly one wins', async () => {
  const [token, other] = [await world.sign(), await openBrowser(world.clock)];
  const mints = Array.from({ length: 20 }, (_, i) => ({ browser: i % 2 === 0 ? world.browser : other }));
  const results = await Promise.all(mints.map((options) => world.mint({ identity_token: token }, options)));
  const winners = new Set(mints.filter((_, i) => results[i]?.kind === 'minted').map(({ browser }) => browser.thumbprint));
  expect(winners.size).toBe(1);
  expect(results.filter((result) => result.kind === 'minted')).toHaveLength(10);
  expect(results.filter((result) => result.kind === 'problem' && result.code === 'token_bound_elsewhere')).toHaveLength(10);
});

test('a jti is bound per agent and issuer, and kept only as a hash', async () => {
  const use = { agent: AGENT, claims: { iss: 'a', jti: 'same-jti', exp: world.clock() / 1000 + 60 }, holder: 'first', clock: world.clock };
  await bindToken(world.store, use);
  await bindToken(world.store, { ...use, agent: OTHER_AGENT, holder: 'second' });
  await bindToken(world.store, { ...use, claims: { ...use.claims, iss: 'b' }, holder: 'second' });
  await expect(bindToken(world.store, { ...use, holder: 'second' })).rejects.toThrow(/Another browser/);
  expect(JSON.stringify(await world.store.rows('SELECT * FROM token_bindings'))).not.toContain('same-jti');
});

test('a signer that repeats a jti after its expiry locks nobody out', async () => {
  const other = await openBrowser(world.clock);
  await world.mint({ identity_token: await world.sign({ jti: 'constant' }) });
  world.time.now += 700_000;
  expect(minted(await world.mint({ identity_token: await world.sign({ jti: 'constant' }) }, { browser: other })).level).toBe('verified');
});
