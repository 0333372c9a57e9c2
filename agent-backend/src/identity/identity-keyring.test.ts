import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, generateSecret } from 'jose';
import { beforeEach, expect, test } from 'vitest';
import { describeFreshStores } from '../../test/describe-stores.ts';
import { createTestSigner, signIdentityToken, type TestSigner } from '../../test/identity-signer.ts';
import { publish, startKeySetServer } from '../../test/key-set-server.ts';
import { type Store, StoreError } from '../store/store.ts';
import type { IdentityError } from './identity-error.ts';
import type { IdentityKeySource } from './identity-keys.ts';
import { createIdentityKeyring, type IdentityKeyring } from './identity-keyring.ts';
import { verifyIdentityToken } from './identity-token.ts';

const AGENT = 'acme/helper';
const START_MS = 1_795_219_200_000;
const OWNER = 'rotation job';

let nowMs = START_MS;
const clock = () => nowMs;

describeFreshStores('identity keys at run time', (store) => {
  beforeEach(() => {
    nowMs = START_MS;
  });

  const open = (...entries: IdentityKeySource[]) => createIdentityKeyring({ [AGENT]: entries }, { store, clock });
  const add = (ring: IdentityKeyring, { jwk }: TestSigner, status?: 'next' | 'active') =>
    ring.add(AGENT, { issuer: 'acme', jwk, ...(status === undefined ? {} : { status }) }, OWNER);
  const set = (ring: IdentityKeyring, kid: string, status: 'next' | 'active' | 'retiring' | 'revoked') =>
    ring.changeStatus(AGENT, kid, { status, actor: OWNER });
  const verify = async (ring: IdentityKeyring, token: string): Promise<string> => {
    try {
      return (await verifyIdentityToken(token, { agent: AGENT, keys: ring, clock })).sub;
    } catch (error) {
      return (error as IdentityError).code;
    }
  };
  const refusal = async (work: Promise<unknown>): Promise<IdentityError> => work.then(neverSo, (error: IdentityError) => error);

  test.each(['ES256', 'EdDSA', 'RS256'])('a key for %s that was added verifies at once, for its agent alone', async (alg) => {
    const [ring, signer] = [await open(), await createTestSigner('k1', alg)];
    expect(await verify(ring, await signer.sign(nowMs))).toBe('token_unknown_key');
    await add(ring, signer);
    expect(await verify(ring, await signer.sign(nowMs))).toBe('alice');
    expect(await ring.find('acme/other', 'k1')).toBeNull();
    expect(await ring.list('acme/other')).toEqual([]);
  });

  test('a secret of the configuration takes the same way: it verifies, is listed without it, and can be revoked', async () => {
    const bytes = randomBytes(32);
    const ring = await open({ issuer: 'acme', kid: 'h1', secret: bytes.toString('base64url') });
    const sign = () => signIdentityToken(bytes, { alg: 'HS256', kid: 'h1', nowMs });
    expect(await verify(ring, await sign())).toBe('alice');
    expect(await ring.list(AGENT)).toEqual([
      { kid: 'h1', issuer: 'acme', alg: 'HS256', status: 'active', source: 'config', created_at: null },
    ]);
    await set(ring, 'h1', 'revoked');
    expect(await verify(ring, await sign())).toBe('token_revoked_key');
    expect(JSON.stringify(await store.rows('SELECT * FROM identity_keys'))).not.toContain(bytes.toString('base64url'));
  });

  test('next, active and retiring verify; a retired key only what was signed before, until that must have expired', async () => {
    const [ring, signer] = [await open(), await createTestSigner('k1')];
    await add(ring, signer, 'next');
    expect(await verify(ring, await signer.sign(nowMs))).toBe('alice');
    await set(ring, 'k1', 'active');
    const before = await signer.sign(nowMs, { exp: nowMs / 1000 + 3600 });
    await set(ring, 'k1', 'retiring');
    expect(await verify(ring, before)).toBe('alice');
    expect(await verify(ring, await signer.sign(nowMs + 60_000))).toBe('alice');
    nowMs += 62_000;
    expect(await verify(ring, await signer.sign(nowMs))).toBe('token_unknown_key');
    nowMs = START_MS + 3_600_000 + 59_000;
    expect(await verify(ring, before)).toBe('alice');
    // Dated back as far as the signer likes, nothing verifies once the longest lifetime and the skew on both sides have passed.
    nowMs = START_MS + 3_600_000 + 120_000;
    for (const iat of [START_MS / 1000, START_MS / 1000 + 60])
      expect(await verify(ring, await signer.sign(nowMs, { iat, exp: iat + 3600 }))).toBe('token_expired');
  });

  test('a key that was retired by mistake comes back, a revoked one never, and neither becomes next', async () => {
    const [ring, signer] = [await open(), await createTestSigner('k1')];
    await add(ring, signer);
    await set(ring, 'k1', 'retiring');
    nowMs += 120_000;
    await set(ring, 'k1', 'active');
    expect(await verify(ring, await signer.sign(nowMs))).toBe('alice');
    expect((await refusal(set(ring, 'k1', 'next'))).code).toBe('unprocessable');
    await set(ring, 'k1', 'revoked');
    await set(ring, 'k1', 'revoked');
    for (const status of ['next', 'active', 'retiring'] as const)
      expect(await refusal(set(ring, 'k1', status))).toMatchObject({ code: 'unprocessable', message: /for good/ });
    expect(await verify(ring, await signer.sign(nowMs))).toBe('token_revoked_key');
  });

  test('who revokes sees it at once, and every other process within a second', async () => {
    const [here, there, signer] = [await open(), await open(), await createTestSigner('k1')];
    await add(here, signer);
    nowMs += 1000;
    const token = await signer.sign(nowMs);
    expect(await verify(there, token)).toBe('alice');
    await set(here, 'k1', 'revoked');
    expect(await verify(here, token)).toBe('token_revoked_key');
    nowMs += 1000;
    expect(await verify(there, token)).toBe('token_revoked_key');
  });

  test('two that revoke the same key at the same moment both succeed, and one of them is written down', async () => {
    const [here, there] = [await open(), await open()];
    await add(here, await createTestSigner('k1'));
    const both = await Promise.all([set(here, 'k1', 'revoked'), set(there, 'k1', 'revoked'), set(here, 'k1', 'revoked')]);
    expect(both.map(({ status }) => status)).toEqual(['revoked', 'revoked', 'revoked']);
    expect((await here.audit(AGENT, 'k1')).map(({ action }) => action)).toEqual(['added', 'revoked']);
  });

  test('a reading that began before a revocation does not bring the key back', async () => {
    const signer = await createTestSigner('k1');
    await add(await open(), signer);
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let readings = 0;
    const slow: Store = {
      ...store,
      async rows(text, values) {
        const rows = await store.rows(text, values);
        if (text.includes('FROM identity_keys ORDER') && (readings += 1) === 1) await gate;
        return rows as never;
      },
    };
    const ring = await createIdentityKeyring({ [AGENT]: [] }, { store: slow, clock });
    const early = ring.find(AGENT, 'k1');
    await set(ring, 'k1', 'revoked');
    expect(await ring.find(AGENT, 'k1')).toMatchObject({ status: 'revoked' });
    release();
    expect(await early).toMatchObject({ status: 'revoked' });
    expect(await ring.find(AGENT, 'k1')).toMatchObject({ status: 'revoked' });
  });

  test('while the store is away, what is known counts for five seconds, then nobody comes in', async () => {
    let isAway = false;
    const fragile: Store = {
      ...store,
      rows: (text, values) => (isAway ? Promise.reject(new StoreError('unavailable', 'away')) : store.rows(text, values)),
    };
    const signer = await createTestSigner('k1');
    const ring = await createIdentityKeyring(
      { [AGENT]: [{ issuer: 'acme', kid: 'c1', jwk: (await createTestSigner('c1')).jwk }] },
      { store: fragile, clock },
    );
    await add(ring, signer);
    expect(await ring.find(AGENT, 'k1')).not.toBeNull();
    isAway = true;
    nowMs += 4999;
    expect(await ring.find(AGENT, 'k1')).not.toBeNull();
    nowMs += 1;
    // The configured key too: it might have been revoked.
    for (const kid of ['k1', 'c1', 'nobody']) await expect(ring.find(AGENT, kid)).rejects.toBeInstanceOf(StoreError);
    nowMs -= 10_000;
    await expect(ring.find(AGENT, 'k1')).rejects.toBeInstanceOf(StoreError);
    isAway = false;
    expect(await ring.find(AGENT, 'k1')).not.toBeNull();
  });

  test('a key that another process has just added is found at once', async () => {
    const [here, there, signer] = [await open(), await open(), await createTestSigner('k1')];
    expect(await there.find(AGENT, 'k1')).toBeNull();
    await add(here, signer);
    expect(await verify(there, await signer.sign(nowMs))).toBe('alice');
  });

  test('a thousand look-ups read the store once', async () => {
    let readings = 0;
    const counted: Store = { ...store, rows: (text, values) => ((readings += 1), store.rows(text, values)) };
    const ring = await createIdentityKeyring(
      { [AGENT]: [{ issuer: 'acme', jwk: (await createTestSigner('c1')).jwk }] },
      { store: counted, clock },
    );
    await Promise.all(Array.from({ length: 1000 }, () => ring.find(AGENT, 'c1')));
    expect(readings).toBe(1);
  });

  test('two issuers are asked for their own keys, not for those of the other', async () => {
    const [one, two] = [await createTestSigner('one'), await createTestSigner('two')];
    const issuers = [await startKeySetServer(publish([one.jwk])), await startKeySetServer(publish([two.jwk]))];
    try {
      const entries = issuers.map(({ url }) => ({ issuer: 'acme', jwksUrl: url }));
      const ring = await createIdentityKeyring({ [AGENT]: entries }, { store, clock });
      for (let minute = 0; minute < 4; minute += 1) {
        expect([(await ring.find(AGENT, 'one'))?.kid, (await ring.find(AGENT, 'two'))?.kid]).toEqual(['one', 'two']);
        nowMs += 60_000;
      }
      expect(issuers.map(({ requests }) => requests())).toEqual([1, 1]);
      issuers[1]?.answer((response) => response.destroy());
      nowMs += 3_600_000;
      expect((await ring.find(AGENT, 'one'))?.kid).toBe('one');
      await expect(ring.find(AGENT, 'two')).rejects.toThrow('cannot be fetched');
    } finally {
      await Promise.all(issuers.map((issuer) => issuer.close()));
    }
  });

  test('a configured key is revoked at run time, survives a restart as revoked, and changes in no other way', async () => {
    const signer = await createTestSigner('c1');
    const entry = { issuer: 'acme', jwk: signer.jwk };
    const ring = await open(entry);
    for (const status of ['next', 'active', 'retiring'] as const)
      expect(await refusal(set(ring, 'c1', status))).toMatchObject({ code: 'unprocessable', message: /configuration file/ });
    await Promise.all([set(ring, 'c1', 'revoked'), set(await open(entry), 'c1', 'revoked')]);
    const again = await open(entry);
    expect(await verify(again, await signer.sign(nowMs))).toBe('token_revoked_key');
    expect(await again.list(AGENT)).toEqual([
      { kid: 'c1', issuer: 'acme', alg: 'ES256', status: 'revoked', source: 'config', created_at: null },
    ]);
    const gone = await open();
    expect(await gone.find(AGENT, 'c1')).toMatchObject({ status: 'revoked' });
    expect((await refusal(add(gone, await createTestSigner('c1')))).code).toBe('unprocessable');
    expect((await again.audit(AGENT, 'c1')).map(({ action }) => action)).toEqual(['revoked']);
  });

  test('a kid is never used twice, nor a key that was registered, under any kid', async () => {
    const [ring, signer] = [await open({ issuer: 'acme', jwk: (await createTestSigner('c1')).jwk }), await createTestSigner('k1')];
    await add(ring, signer);
    expect(await refusal(add(ring, await createTestSigner('c1')))).toMatchObject({ code: 'unprocessable', message: /kid is or was/ });
    await set(ring, 'k1', 'revoked');
    expect(await refusal(add(ring, await createTestSigner('k1')))).toMatchObject({ code: 'unprocessable', message: /kid is or was/ });
    const renamed = { ...signer, jwk: { ...signer.jwk, kid: 'k2' } };
    expect(await refusal(add(ring, renamed))).toMatchObject({ code: 'unprocessable', message: /another kid/ });
    const same = await createTestSigner('k3');
    const results = await Promise.allSettled([add(ring, same), add(await open(), await createTestSigner('k3'))]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('twenty keys may live, and a revoked one makes room', async () => {
    const ring = await open();
    for (let at = 0; at < 20; at += 1) await add(ring, await createTestSigner(`k${at}`));
    expect(await refusal(add(ring, await createTestSigner('k20')))).toMatchObject({ code: 'unprocessable', message: /at most 20/ });
    await set(ring, 'k3', 'revoked');
    await add(ring, await createTestSigner('k20'));
  });

  test.each<[string, () => Promise<object>, RegExp]>([
    ['a shared secret', async () => exportJWK(await generateSecret('HS256', { extractable: true })), /configuration file/],
    ['a private key', async () => exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey), /private or secret/],
    ['a key for encryption', async () => ({ ...(await createTestSigner('x')).jwk, use: 'enc' }), /not a signing key/],
    ['key_ops without verify', async () => ({ ...(await createTestSigner('x')).jwk, key_ops: ['deriveKey'] }), /not a signing key/],
    ['another curve', async () => exportJWK((await generateKeyPair('ES384')).publicKey), /not a signing key/],
    ['a kid with a slash', async () => ({ ...(await createTestSigner('x')).jwk, kid: '../x' }), /needs a kid/],
    ['no kid', async () => ({ ...(await createTestSigner('x')).jwk, kid: undefined }), /needs a kid/],
  ])('%s is refused, and nothing of it is kept or repeated', async (_name, make, message) => {
    const [ring, made] = [await open(), { kid: 'k1', ...(await make()) }];
    const error = await refusal(ring.add(AGENT, { issuer: 'acme', jwk: made }, OWNER));
    expect(error).toMatchObject({ code: 'unprocessable', message });
    const members: readonly unknown[] = Object.values(made);
    for (const value of members) if (String(value).length > 8) expect(error.message).not.toContain(String(value));
    expect(await store.rows('SELECT * FROM identity_keys')).toEqual([]);
    expect(await store.rows('SELECT * FROM identity_key_audit')).toEqual([]);
  });

  test('only the public numbers are kept, and every act with its actor', async () => {
    const [ring, signer] = [await open(), await createTestSigner('k1')];
    await ring.add(AGENT, { issuer: 'acme', jwk: { ...signer.jwk, x5c: ['canary'], note: 'canary' }, status: 'next' }, 'console');
    nowMs += 1000;
    await set(ring, 'k1', 'active');
    await set(ring, 'k1', 'active');
    await set(ring, 'k1', 'retiring');
    await set(ring, 'k1', 'revoked');
    expect(await ring.audit(AGENT, 'k1')).toEqual([
      { action: 'added', actor: 'console', atMs: START_MS },
      ...['activated', 'retired', 'revoked'].map((action) => ({ action, actor: OWNER, atMs: START_MS + 1000 })),
    ]);
    expect(await ring.audit('acme/other', 'k1')).toEqual([]);
    const [row] = await store.rows('SELECT jwk FROM identity_keys');
    expect(Object.keys(JSON.parse(String(row?.['jwk'])) as object).sort()).toEqual(['crv', 'kty', 'x', 'y']);
    for (const kid of ['nobody', 'k1\u0000', '', '../k1']) expect((await refusal(set(ring, kid, 'revoked'))).code).toBe('not_found');
    expect(await ring.audit(AGENT, 'k1\u0000')).toEqual([]);
    expect((await refusal(ring.changeStatus('acme/other', 'k1', { status: 'revoked', actor: OWNER }))).code).toBe('not_found');
  });
});

function neverSo(): never {
  throw new Error('not refused');
}
