import { randomUUID } from 'node:crypto';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AGENT, type AttackWorld, BASE, type Door, MINT_PATH, openAttackWorld, ORIGIN, verdictOf } from './attack-world.ts';
import type { Browser } from '../identity-world.ts';

/** A proof is good for one call: this one, now, by this key (RFC 9449 §11). */
let world: AttackWorld;
let strict: AttackWorld;
beforeAll(async () => {
  [world, strict] = await Promise.all([openAttackWorld(), openAttackWorld({ strictBinding: true })]);
});
afterAll(async () => {
  await Promise.all([world.close(), strict.close()]);
});

const mintWith = (dpop: string, door: Door = world.doors.helper): Promise<Response> =>
  world.call('POST', MINT_PATH, { body: { embed_key: door.embedKey }, headers: { origin: ORIGIN, dpop } });
const seconds = (): number => Math.floor(Date.now() / 1000);

test('is used up by its first mint', async () => {
  const proof = await (await world.newBrowser()).prove();
  expect(await verdictOf(mintWith(proof))).toBe('200');
  expect(await verdictOf(mintWith(proof))).toBe('401 invalid_proof');
});

test('is used up for the other agent too', async () => {
  const proof = await (await world.newBrowser()).prove();
  expect(await verdictOf(mintWith(proof))).toBe('200');
  expect(await verdictOf(mintWith(proof, world.doors.other))).toBe('401 invalid_proof');
});

test('of twenty equal ones at once, exactly one is taken', async () => {
  const proof = await (await world.newBrowser()).prove();
  const verdicts = await Promise.all(Array.from({ length: 20 }, () => verdictOf(mintWith(proof))));
  expect(verdicts.toSorted()).toEqual(['200', ...Array.from({ length: 19 }, () => '401 invalid_proof')]);
});

describe('made for something else it opens nothing', () => {
  test.each([
    ['another method', { htm: 'GET' }],
    ['the method in small letters', { htm: 'post' }],
    ['another path', { htu: `${BASE}/v1/embed/claims` }],
    ['a path below', { htu: `${BASE}${MINT_PATH}/current` }],
    ['a path that climbs elsewhere', { htu: `${BASE}${MINT_PATH}/../claims` }],
    ['another host', { htu: `https://evil.example${MINT_PATH}` }],
    ['a host below', { htu: `https://api.example.evil.example${MINT_PATH}` }],
    ['the host as a user', { htu: `https://api.example@evil.example${MINT_PATH}` }],
    ['another port', { htu: `${BASE}:8443${MINT_PATH}` }],
    ['another scheme', { htu: `http://api.example${MINT_PATH}` }],
    ['no address', { htu: undefined }],
    ['no method', { htm: undefined }],
  ])('%s', async (_, claims) => {
    expect(await verdictOf(mintWith(await (await world.newBrowser()).prove(claims)))).toBe('401 invalid_proof');
  });

  test.each([
    ['two minutes old', () => ({ iat: seconds() - 120 })],
    ['from in two minutes', () => ({ iat: seconds() + 120 })],
    ['with a nonce that somebody made up', () => ({ iat: seconds() - 120, nonce: randomUUID() })],
  ])('%s', async (_, claims) => {
    expect(await verdictOf(mintWith(await (await world.newBrowser()).prove(claims())))).toBe('401 use_dpop_nonce');
  });

  test('with the nonce of the other agent', async () => {
    const browser = await world.newBrowser();
    const refused = await mintWith(await browser.prove({ iat: seconds() - 120 }), world.doors.other);
    const nonce = refused.headers.get('dpop-nonce') ?? '';
    const late = await browser.prove({ iat: seconds() - 120, nonce });
    expect(await verdictOf(mintWith(late))).toBe('401 use_dpop_nonce');
    expect(await verdictOf(mintWith(late, world.doors.other))).toBe('200');
  });
});

test("somebody else's public key, signed by one's own, is nobody's", async () => {
  const [victim, { privateKey }] = [await world.newBrowser(), await generateKeyPair('ES256')];
  const forged = await new SignJWT({ htm: 'POST', htu: BASE + MINT_PATH, iat: seconds(), jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: victim.jwk })
    .sign(privateKey);
  expect(await verdictOf(mintWith(forged))).toBe('401 invalid_proof');
});

describe('with strict binding', () => {
  const read = async (browser: Browser, token: string, claims: Record<string, unknown> = {}): Promise<string> => {
    const { createHash } = await import('node:crypto');
    const ath = createHash('sha256').update(token).digest('base64url');
    const dpop = await browser.prove({ htm: 'GET', htu: `${BASE}/v1/sessions`, ath, ...claims });
    return verdictOf(strict.call('GET', '/v1/sessions', { token, headers: { dpop } }));
  };

  test('a stolen session token is nothing without the key that it is bound to', async () => {
    const [victim, thief] = [await strict.newBrowser(), await strict.newBrowser()];
    const { token } = await strict.mint({}, { browser: victim });
    expect(await verdictOf(strict.call('GET', '/v1/sessions', { token }))).toBe('401 invalid_proof');
    expect(await read(thief, token)).toBe('401 invalid_proof');
    expect(await read(victim, token)).toBe('200');
  });

  test('a proof goes with one token, one address and one call', async () => {
    const victim = await strict.newBrowser();
    const [{ token }, second] = [await strict.mint({}, { browser: victim }), await strict.mint({}, { browser: victim })];
    expect(await read(victim, token, { ath: undefined })).toBe('401 invalid_proof');
    expect(await read(victim, token, { htu: `${BASE}/v1/instance` })).toBe('401 invalid_proof');
    expect(await read(victim, token, { htm: 'DELETE' })).toBe('401 invalid_proof');
    const { createHash } = await import('node:crypto');
    const ath = createHash('sha256').update(token).digest('base64url');
    expect(await read(victim, second.token, { ath })).toBe('401 invalid_proof');
    const jti = randomUUID();
    expect(await read(victim, token, { jti })).toBe('200');
    expect(await read(victim, token, { jti })).toBe('401 invalid_proof');
  });

  test('a secret in the place of a key is not taken', async () => {
    const body = {
      embed_key: strict.doors.helper.embedKey,
      anonymous_secret: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'),
    };
    expect(await verdictOf(strict.call('POST', MINT_PATH, { body, headers: { origin: ORIGIN } }))).toBe('401 invalid_proof');
  });

  test('the proof that is the price of a claim is the browser’s own', async () => {
    const [victim, thief] = [await world.newBrowser(), await world.newBrowser()];
    await world.mint({}, { browser: victim });
    const { token } = await world.signIn('mallory', world.doors.helper, thief);
    const claim = async (by: Browser, claims = {}) =>
      verdictOf(
        world.call('POST', '/v1/embed/claims', {
          token,
          body: {},
          headers: { origin: ORIGIN, dpop: await by.prove({ htu: `${BASE}/v1/embed/claims`, ...claims }) },
        }),
      );
    expect(await claim(victim)).toBe('401 invalid_proof');
    expect(await claim(thief, { htu: BASE + MINT_PATH })).toBe('401 invalid_proof');
  });
});

test('the world of these attacks is a whole one', async () => {
  const { participant, binding } = await world.mint({});
  expect({ level: participant.level, binding, agent: AGENT }).toEqual({ level: 'anonymous', binding: 'dpop', agent: 'acme/helper' });
});
