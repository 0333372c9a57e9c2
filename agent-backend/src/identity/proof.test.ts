import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AGENT, MINT_URL, openBrowser, openWorld, START_MS, type World } from '../../test/identity-world.ts';
import { deleteExpired } from '../store/sweep.ts';
import { sha256Base64url } from './hash.ts';
import type { IdentityError } from './identity-error.ts';
import { verifyProof } from './proof.ts';

const NOW = START_MS / 1000;
let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

function verify(header: unknown, options: { method?: string; url?: string; accessToken?: string; agent?: string } = {}) {
  return verifyProof(header, { ...world, agent: AGENT, method: 'POST', url: MINT_URL, ...options });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'accepted',
    (error: unknown) => (error as IdentityError).code,
  );
}

test('a proof gives the RFC 7638 thumbprint of its key', async () => {
  expect(await verify(await world.browser.prove())).toBe(world.browser.thumbprint);
  expect(await verify([await world.browser.prove()])).toBe(world.browser.thumbprint);
});

test("WebCrypto's own export of a public key is accepted", async () => {
  const jwk = { ...world.browser.jwk, ext: true, key_ops: ['verify'] };
  expect(await verify(await world.browser.prove({}, { jwk }))).toBe(world.browser.thumbprint);
});

describe('a replayed proof', () => {
  test('opens nothing the second time, not even at once', async () => {
    const proof = await world.browser.prove();
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(verify(proof))));
    expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
    expect(codes.filter((code) => code === 'invalid_proof')).toHaveLength(19);
  });

  test('stays used for as long as it could be fresh, also after the sweep', async () => {
    const proof = await world.browser.prove({ iat: NOW + 60 });
    await verify(proof);
    world.time.now += 119_000;
    await deleteExpired(world.store, world.time.now);
    expect(await codeOf(verify(proof))).toBe('invalid_proof');
    world.time.now += 300_000;
    await deleteExpired(world.store, world.time.now);
    expect(await world.store.rows('SELECT * FROM proofs')).toEqual([]);
    expect(await codeOf(verify(proof))).toBe('use_dpop_nonce');
  });

  test('the same jti from another browser is no replay', async () => {
    const other = await openBrowser(world.clock);
    await verify(await world.browser.prove({ jti: 'same' }));
    expect(await verify(await other.prove({ jti: 'same' }))).toBe(other.thumbprint);
    expect(await codeOf(verify(await world.browser.prove({ jti: 'same' })))).toBe('invalid_proof');
  });
});

describe('a proof for another request', () => {
  test.each([
    ['method', { method: 'GET' }],
    ['path', { url: 'https://api.example/v1/embed/claims' }],
    ['path below', { url: `${MINT_URL}/` }],
    ['host', { url: 'https://evil.example/v1/embed/session-tokens' }],
    ['port', { url: 'https://api.example:8443/v1/embed/session-tokens' }],
    ['scheme', { url: 'http://api.example/v1/embed/session-tokens' }],
  ])('%s is refused and not used up', async (_what, options) => {
    const proof = await world.browser.prove();
    expect(await codeOf(verify(proof, options))).toBe('invalid_proof');
    expect(await codeOf(verify(proof))).toBe('accepted');
  });

  test('the query is no part of the address, a user in it is refused', async () => {
    expect(await codeOf(verify(await world.browser.prove(), { url: `${MINT_URL}?embed=1` }))).toBe('accepted');
    expect(await codeOf(verify(await world.browser.prove({ htu: 'HTTPS://API.EXAMPLE:443/v1/embed/session-tokens' })))).toBe('accepted');
    expect(await codeOf(verify(await world.browser.prove({ htu: MINT_URL.replace('//', '//me@') })))).toBe('invalid_proof');
  });
});

describe('the time of a proof', () => {
  test.each([
    [-61, 'use_dpop_nonce'],
    [-60, 'accepted'],
    [60, 'accepted'],
    [61, 'use_dpop_nonce'],
    [86_400, 'use_dpop_nonce'],
  ])('%i s off is %s', async (seconds, code) => {
    expect(await codeOf(verify(await world.browser.prove({ iat: NOW + seconds })))).toBe(code);
  });

  test.each([-86_400, 86_400])('a clock %i s off gets in with the nonce it was given, once', async (skew) => {
    const error = await verify(await world.browser.prove({ iat: NOW + skew })).catch((reason: unknown) => reason as IdentityError);
    const { nonce } = error as IdentityError;
    const proof = await world.browser.prove({ iat: NOW + skew, nonce });
    world.time.now += 100_000;
    expect(await codeOf(verify(proof))).toBe('accepted');
    expect(await codeOf(verify(proof))).toBe('invalid_proof');
  });

  test('a nonce outlives neither its windows nor its agent', async () => {
    const nonce = world.nonces.issue(AGENT);
    const proof = () => world.browser.prove({ nonce });
    expect(await codeOf(verify(await proof(), { agent: 'acme/other' }))).toBe('use_dpop_nonce');
    world.time.now += 240_000;
    expect(await codeOf(verify(await proof()))).toBe('use_dpop_nonce');
    expect(await codeOf(verify(await world.browser.prove({ nonce: 'made-up' })))).toBe('use_dpop_nonce');
    expect(await codeOf(verify(await world.browser.prove({ nonce: null })))).toBe('use_dpop_nonce');
  });
});

describe('a proof that is not one', () => {
  const otherKey = async () => exportJWK((await generateKeyPair('ES256')).publicKey);
  const withPrivate = async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    return exportJWK(pair.privateKey);
  };
  const twoHeaders = async () => `${await world.browser.prove()}, ${await world.browser.prove()}`;
  const identityToken = () => world.sign();
  const rsa = async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    return new SignJWT({ htm: 'POST', htu: MINT_URL, iat: NOW, jti: randomUUID() })
      .setProtectedHeader({ alg: 'RS256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
      .sign(privateKey);
  };
  const respelled = () => {
    const { x = '' } = world.browser.jwk;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return world.browser.prove({}, { jwk: { ...world.browser.jwk, x: x.slice(0, -1) + alphabet[alphabet.indexOf(x.slice(-1)) + 1] } });
  };
  test.each<[string, () => unknown]>([
    ['nothing', () => null],
    ['an empty header', () => ''],
    ['two headers in one', twoHeaders],
    ['two headers in a list', async () => [await world.browser.prove(), await world.browser.prove()]],
    ['an identity token', identityToken],
    ['typ JWT', () => world.browser.prove({}, { typ: 'JWT' })],
    ["another key's jwk", async () => world.browser.prove({}, { jwk: await otherKey() })],
    ['a private jwk', async () => world.browser.prove({}, { jwk: await withPrivate() })],
    ['a symmetric jwk', () => world.browser.prove({}, { jwk: { kty: 'oct', k: 'AAAA' } })],
    ['no jwk', () => world.browser.prove({}, { jwk: undefined })],
    ['a jwk off the curve', () => world.browser.prove({}, { jwk: { ...world.browser.jwk, y: 'A'.repeat(43) } })],
    ['a jwk with a second spelling', respelled],
    ['a kid beside the jwk', () => world.browser.prove({}, { kid: 'k1' })],
    ['RS256', rsa],
    ['no jti', () => world.browser.prove({ jti: undefined })],
    ['jti of 65', () => world.browser.prove({ jti: 'j'.repeat(65) })],
    ['no htm', () => world.browser.prove({ htm: undefined })],
    ['htm in lower case', () => world.browser.prove({ htm: 'post' })],
    ['no htu', () => world.browser.prove({ htu: undefined })],
    ['a relative htu', () => world.browser.prove({ htu: '/v1/embed/session-tokens' })],
    ['no iat', () => world.browser.prove({ iat: undefined })],
    ['iat a fraction', () => world.browser.prove({ iat: NOW + 0.5 })],
    ['more than 4,096 characters', () => world.browser.prove({ more: 'x'.repeat(4096) })],
  ])('%s is refused and writes nothing', async (_name, make) => {
    expect(await codeOf(verify(await make()))).toBe('invalid_proof');
    expect(await world.countRows()).toBe(0);
  });
});

test('with a token to prove, ath is its hash', async () => {
  const ath = sha256Base64url('the-token');
  expect(await codeOf(verify(await world.browser.prove({ ath }), { accessToken: 'the-token' }))).toBe('accepted');
  expect(await codeOf(verify(await world.browser.prove({ ath }), { accessToken: 'another' }))).toBe('invalid_proof');
  expect(await codeOf(verify(await world.browser.prove(), { accessToken: 'the-token' }))).toBe('invalid_proof');
});
