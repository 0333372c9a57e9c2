import { generateKeyPairSync } from 'node:crypto';
import { exportJWK, generateKeyPair, generateSecret } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestSigner, type TestSigner } from '../../test/identity-signer.ts';
import { type Answer, type KeySetServer, publish, startKeySetServer } from '../../test/key-set-server.ts';
import { StoreError } from '../store/store.ts';
import type { KeySetUrlEntry } from './identity-keys.ts';
import { parseKeySetUrl } from './key-set-fetch.ts';
import { createRemoteKeySet, type KeySetFailure, type RemoteKeySetDeps } from './remote-key-set.ts';

const MINUTE_MS = 60_000;

let nowMs = 0;
let issuer: KeySetServer;
let old: TestSigner;
let fresh: TestSigner;
beforeEach(async () => {
  nowMs = 1_795_219_200_000;
  [old, fresh] = [await createTestSigner('old'), await createTestSigner('fresh')];
  issuer = await startKeySetServer(publish([old.jwk]));
});
afterEach(() => issuer.close());

const open = (options: Partial<KeySetUrlEntry> & Pick<RemoteKeySetDeps, 'report'> & { timeoutMs?: number } = {}) => {
  const { timeoutMs, report, ...entry } = options;
  return createRemoteKeySet(
    { issuer: 'idp', jwksUrl: issuer.url, ...entry },
    { clock: () => nowMs, fetch, report, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
  );
};
const isThere = async (set: ReturnType<typeof open>, kid: string) => (await set.find(kid)) !== null;

describe('when the issuer is asked', () => {
  test('not before somebody needs it, and once for many at the same time', async () => {
    const set = open();
    expect(issuer.requests()).toBe(0);
    const found = await Promise.all(Array.from({ length: 50 }, () => set.find('old')));
    expect(found.every((key) => key?.status === 'active' && key.issuer === 'idp')).toBe(true);
    expect(issuer.requests()).toBe(1);
  });

  test('a new key is found as soon as it is used, but for a cooldown of 30 s', async () => {
    const set = open();
    await set.find('old');
    issuer.answer(publish([old.jwk, fresh.jwk]));
    nowMs += 29_999;
    expect(await isThere(set, 'fresh')).toBe(false);
    nowMs += 1;
    expect(await isThere(set, 'fresh')).toBe(true);
    expect(issuer.requests()).toBe(2);
  });

  test('a flood of unknown kids costs one request per cooldown, whether the issuer answers or not', async () => {
    const set = open();
    const flood = () => Promise.allSettled(Array.from({ length: 500 }, (_, at) => set.find(`nobody-${at}`)));
    await flood();
    await flood();
    expect(issuer.requests()).toBe(1);
    issuer.answer((response) => response.destroy());
    nowMs += 30_000;
    await flood();
    await flood();
    expect(issuer.requests()).toBe(2);
  });

  test.each<[string, string | undefined, number]>([
    ['nothing', undefined, 5],
    ['two minutes', 'public, max-age=120', 2],
    ['one second: a minute is the least', 'max-age=1', 1],
    ['no-store: a minute is the least', 'no-store', 1],
    ['a year: ten minutes are the most', 'max-age=31536000', 10],
    ['nonsense', 'max-age=soon', 5],
  ])('Cache-Control says %s', async (_name, header, minutes) => {
    const headers: Record<string, string> = header === undefined ? {} : { 'cache-control': header };
    issuer.answer(publish([old.jwk], headers));
    const set = open();
    await set.find('old');
    issuer.answer(publish([fresh.jwk], headers));
    nowMs += minutes * MINUTE_MS - 1;
    expect(await isThere(set, 'old')).toBe(true);
    nowMs += 1;
    expect(await isThere(set, 'old')).toBe(false);
    expect(issuer.requests()).toBe(2);
  });
});

describe('while the issuer is away', () => {
  const troubles: [string, Answer, string][] = [
    ['it answers 500', (response) => response.writeHead(500).end(), 'wrong_status'],
    ['it hangs up', (response) => response.destroy(), 'unreachable'],
    ['it says nothing', () => undefined, 'timeout'],
    ['it stops in the middle', (response) => response.writeHead(200).write('{"keys":['), 'timeout'],
    ['it sends no JSON', (response) => response.end('<html>'), 'not_a_key_set'],
    ['it sends no key set', (response) => response.end('{"keys":{}}'), 'not_a_key_set'],
    ['it sends too much', (response) => response.end(JSON.stringify({ keys: [], padding: 'x'.repeat(64 * 1024) })), 'too_large'],
  ];
  test.each(troubles)(
    '%s: the last good answer counts for an hour, then nobody comes in, and it recovers',
    async (_name, trouble, word) => {
      const failures: KeySetFailure[] = [];
      const set = open({ timeoutMs: 100, report: (failure) => void failures.push(failure) });
      await set.find('old');
      issuer.answer(trouble);
      nowMs += 10 * MINUTE_MS;
      expect(await isThere(set, 'old')).toBe(true);
      expect(issuer.requests()).toBe(2);
      nowMs += 50 * MINUTE_MS - 1;
      expect(await isThere(set, 'old')).toBe(true);
      nowMs += 1;
      await expect(set.find('old')).rejects.toMatchObject({ name: 'IssuerAwayError', code: 'unavailable' });
      expect(await set.list()).toHaveLength(1);
      expect([...new Set(failures.map(({ issuer, trouble }) => `${issuer} ${trouble}`))]).toEqual([`idp ${word}`]);
      issuer.answer(publish([fresh.jwk]));
      nowMs += 30_000;
      expect(await isThere(set, 'fresh')).toBe(true);
      expect(await isThere(set, 'old')).toBe(false);
    },
  );

  test('a redirect is not followed, wherever it leads', async () => {
    const elsewhere = await startKeySetServer(publish([old.jwk]));
    try {
      for (const status of [301, 302, 307, 308]) {
        issuer.answer((response) => response.writeHead(status, { location: elsewhere.url }).end());
        await expect(open().find('old')).rejects.toBeInstanceOf(StoreError);
      }
      expect([issuer.requests(), elsewhere.requests()]).toEqual([4, 0]);
    } finally {
      await elsewhere.close();
    }
  });

  test('one that never answered refuses everybody, and says that it is not there rather than that the key is unknown', async () => {
    issuer.answer((response) => response.writeHead(503).end());
    const set = open();
    await expect(set.find('old')).rejects.toBeInstanceOf(StoreError);
    expect(await set.list()).toEqual([]);
  });

  test('an answer that comes after its time limit does not replace a newer one', async () => {
    const set = open({ timeoutMs: 100 });
    const late: (() => void)[] = [];
    issuer.answer((response) => void late.push(() => publish([old.jwk])(response)));
    await expect(set.find('old')).rejects.toBeInstanceOf(StoreError);
    issuer.answer(publish([fresh.jwk]));
    nowMs += 30_000;
    expect(await isThere(set, 'fresh')).toBe(true);
    for (const send of late) send();
    expect(late).toHaveLength(1);
    expect((await set.list()).map(({ kid }) => kid)).toEqual(['fresh']);
  });
});

describe('what is believed', () => {
  const withKid = async (kid: string, make: () => Promise<object> | object) => ({ ...(await make()), kid });
  test.each<[string, () => Promise<object>]>([
    ['a key for encryption', async () => ({ ...(await createTestSigner('k', 'RS256')).jwk, use: 'enc' })],
    ['key_ops without verify', async () => ({ ...(await createTestSigner('k')).jwk, key_ops: ['encrypt'] })],
    ['key_ops that is no list', async () => ({ ...(await createTestSigner('k')).jwk, key_ops: 'verify' })],
    ['a private key', async () => withKid('k', async () => exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey))],
    ['a secret', async () => withKid('k', async () => exportJWK(await generateSecret('HS256', { extractable: true })))],
    ['an algorithm that is not ours', async () => ({ ...(await createTestSigner('k', 'RS256')).jwk, alg: 'PS256' })],
    ['HS256 written on a public key', async () => ({ ...(await createTestSigner('k', 'RS256')).jwk, alg: 'HS256' })],
    ['another curve', async () => withKid('k', async () => exportJWK((await generateKeyPair('ES384')).publicKey))],
    [
      'an RSA key of 1024 bits',
      () => withKid('k', () => generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })),
    ],
    ['a point off the curve', async () => ({ ...(await createTestSigner('k')).jwk, y: 'A'.repeat(43) })],
    ['a kid that is a path', async () => ({ ...(await createTestSigner('k')).jwk, kid: '../k' })],
    ['no kid', async () => ({ ...(await createTestSigner('k')).jwk, kid: undefined })],
  ])('%s is as if it were not there, and hides no other', async (_name, make) => {
    issuer.answer(publish([await make(), old.jwk]));
    const set = open();
    expect((await set.list()).map(({ kid }) => kid)).toEqual(['old']);
    expect(await isThere(set, 'k')).toBe(false);
  });

  test('a kid that names two keys names none', async () => {
    issuer.answer(publish([(await createTestSigner('twin')).jwk, (await createTestSigner('twin', 'RS256')).jwk, old.jwk]));
    expect((await open().list()).map(({ kid }) => kid)).toEqual(['old']);
  });

  test('each key has the one algorithm of its kind, and only those that are allowed count', async () => {
    const signers = await Promise.all([createTestSigner('e'), createTestSigner('d', 'EdDSA'), createTestSigner('r', 'RS256')]);
    issuer.answer(publish(signers.map(({ jwk }) => jwk)));
    const algs = async (set: ReturnType<typeof open>) => (await set.list()).map(({ kid, alg }) => `${kid} ${alg}`);
    expect(await algs(open())).toEqual(['e ES256', 'd EdDSA', 'r RS256']);
    expect(await algs(open({ algs: ['RS256'] }))).toEqual(['r RS256']);
  });
});

describe('the address', () => {
  test.each(['https://idp.example/jwks', 'http://127.0.0.1:8080/jwks', 'http://localhost/jwks', 'http://[::1]/jwks'])(
    '%s is taken',
    (url) => {
      expect(parseKeySetUrl(url).href).toBe(new URL(url).href);
    },
  );
  test.each([
    'http://idp.example/jwks',
    'http://127.0.0.1.evil.example/jwks',
    'http://localhost.evil.example/',
    'file:///etc/keys.json',
    'data:application/json,{}',
    'https://user:word@idp.example/jwks',
    '/jwks',
    '',
  ])('%s is refused', (url) => {
    expect(() => parseKeySetUrl(url)).toThrow(TypeError);
    expect(() => open({ jwksUrl: url })).toThrow(TypeError);
  });
});
