import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, generateSecret } from 'jose';
import { describe, expect, test } from 'vitest';
import { createEmbedKeys } from './embed-keys.ts';
import { createIdentityKeys, type IdentityKeyEntry, type PublicJwk } from './identity-keys.ts';
import { createSecretKeys } from './secret-keys.ts';
import { readStrongSecret } from './strong-secret.ts';

const AGENT = 'acme/helper';
const newJwk = async (alg: string): Promise<PublicJwk> => ({ ...(await exportJWK((await generateKeyPair(alg)).publicKey)) });
const open = (...entries: IdentityKeyEntry[]) => createIdentityKeys({ [AGENT]: entries });

describe('identity keys', () => {
  test('each has one algorithm, its issuer and a status', async () => {
    const keys = await open(
      { issuer: 'a', kid: 'e', jwk: await newJwk('ES256') },
      { issuer: 'b', jwk: { ...(await newJwk('EdDSA')), kid: 'd' }, status: 'next' },
      { issuer: 'c', kid: 'h', secret: randomBytes(32).toString('base64url'), status: 'retiring', retiredAtMs: 5 },
    );
    expect(await keys.find(AGENT, 'e')).toMatchObject({ alg: 'ES256', issuer: 'a', status: 'active', retiredAtMs: null });
    expect(await keys.find(AGENT, 'd')).toMatchObject({ alg: 'EdDSA', issuer: 'b', status: 'next' });
    expect(await keys.find(AGENT, 'h')).toMatchObject({ alg: 'HS256', status: 'retiring', retiredAtMs: 5 });
    expect(await keys.find('acme/other', 'e')).toBeNull();
    expect(await keys.find('__proto__', 'constructor')).toBeNull();
  });

  test('a JWK set gives its signing keys and leaves out the others', async () => {
    const [sign, encrypt, p384] = [await newJwk('ES256'), await newJwk('RS256'), await newJwk('ES384')];
    const keys = await open({
      issuer: 'idp',
      jwks: {
        keys: [
          { ...sign, kid: 's' },
          { ...encrypt, kid: 'x', use: 'enc' },
          { ...p384, kid: 'p' },
        ],
      },
    });
    expect(await keys.find(AGENT, 's')).toMatchObject({ alg: 'ES256' });
    expect(await keys.find(AGENT, 'x')).toBeNull();
    expect(await keys.find(AGENT, 'p')).toBeNull();
  });

  test.each<[string, () => Promise<IdentityKeyEntry[]>, RegExp]>([
    [
      'the same kid twice',
      async () => [
        { issuer: 'a', kid: 'k', jwk: await newJwk('ES256') },
        { issuer: 'b', kid: 'k', jwk: await newJwk('EdDSA') },
      ],
      /Two identity keys/,
    ],
    [
      'a private key',
      async () => [
        { issuer: 'a', kid: 'k', jwk: { ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)) } },
      ],
      /private or secret/,
    ],
    [
      'a symmetric jwk',
      async () => [{ issuer: 'a', kid: 'k', jwk: { ...(await exportJWK(await generateSecret('HS256', { extractable: true }))) } }],
      /private or secret/,
    ],
    ['M5: use "enc"', async () => [{ issuer: 'a', kid: 'k', jwk: { ...(await newJwk('ES256')), use: 'enc' } }], /not a signing key/],
    ['another curve', async () => [{ issuer: 'a', kid: 'k', jwk: await newJwk('ES384') }], /not a signing key/],
    ['alg beside another alg', async () => [{ issuer: 'a', kid: 'k', alg: 'RS256', jwk: await newJwk('ES256') }], /for ES256/],
    [
      'alg inside that contradicts',
      async () => [{ issuer: 'a', kid: 'k', jwk: { ...(await newJwk('RS256')), alg: 'RS512' } }],
      /not a signing key/,
    ],
    [
      'an RSA key of 1024 bits',
      async () => [
        { issuer: 'a', kid: 'k', jwk: { ...generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }) } },
      ],
      /1024 bits/,
    ],
    ['a point off the curve', async () => [{ issuer: 'a', kid: 'k', jwk: { ...(await newJwk('ES256')), y: 'A'.repeat(43) } }], /damaged/],
    ['no kid', async () => [{ issuer: 'a', jwk: await newJwk('ES256') }], /needs a kid/],
    ['a kid with a slash', async () => [{ issuer: 'a', kid: 'a/b', jwk: await newJwk('ES256') }], /needs a kid/],
    ['no issuer', async () => [{ issuer: '', kid: 'k', jwk: await newJwk('ES256') }], /needs its issuer/],
    ['an empty JWK set', async () => [{ issuer: 'a', jwks: { keys: [] } }], /no signing key/],
    ['a weak secret', async () => [{ issuer: 'a', kid: 'k', secret: 'c2VjcmV0' }], /6 bytes/],
  ])('%s is refused at start', async (_name, make, message) => {
    await expect(open(...(await make()))).rejects.toThrow(message);
  });
});

describe('HS256 secrets', () => {
  test('32 random bytes pass, also as standard base64', () => {
    for (let i = 0; i < 50; i += 1) {
      const bytes = randomBytes(32);
      const spellings = [bytes.toString('base64url'), bytes.toString('base64')];
      for (const text of spellings) expect(Buffer.from(readStrongSecret(text)).equals(bytes)).toBe(true);
    }
  });

  const encode = (text: string) => Buffer.from(text).toString('base64url');
  test.each([
    ['31 bytes', randomBytes(31).toString('base64url')],
    ['one byte', 'AA'],
    ['empty', ''],
    ['a number', 7],
    ['one byte repeated', Buffer.alloc(32, 0xa7).toString('base64url')],
    ['zeroes', Buffer.alloc(64).toString('base64url')],
    [
      'a random half said twice',
      Buffer.concat(Array.from({ length: 2 }, () => Buffer.from('00112233445566778899aabbccddeeff5a', 'hex'))).toString('base64url'),
    ],
    ['counting bytes', Buffer.from(Array.from({ length: 32 }, (_, i) => 200 + i)).toString('base64url')],
    ['counting bytes of ASCII', encode('0123456789abcdefghijklmnopqrstuvwxyz')],
    ['a sentence', encode('correct horse battery staple, correct!')],
    ['words as they stand', 'my-super-secret-password-for-production-use-0001'],
    ['the well-known one', 'your-256-bit-secret-your-256-bit-secret-your-256'],
    ['hexadecimal', '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7'],
    ['an example of an RFC', 'hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg'],
    ['not base64url', 'this is not base64url but quite long, really!'],
  ])('%s is refused', (_name, text) => {
    expect(() => readStrongSecret(text)).toThrow(/HS256 secret/);
  });

  test('the refusal does not repeat the secret', () => {
    const text = 'my-super-secret-password-for-production-use-0001';
    const error = (() => {
      try {
        return readStrongSecret(text);
      } catch (reason) {
        return reason;
      }
    })();
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).not.toMatch(/my-super|0001/);
  });
});

describe('embed keys', () => {
  const entry = { key: 'pk_demo', agent: AGENT, origins: ['https://shop.example'] };
  test('are found by exact text, with their defaults', () => {
    const keys = createEmbedKeys([entry, { ...entry, key: 'pk_off', origins: ['https://old.example'], enabled: false }]);
    expect(keys.find('pk_demo')).toMatchObject({ agent: AGENT, enabled: true, strictBinding: false, minLevel: 'anonymous' });
    expect(keys.find('pk_off')).toMatchObject({ enabled: false });
    expect([...keys.origins]).toEqual(['https://shop.example']);
    for (const key of ['PK_DEMO', 'pk_demo ', '__proto__', '', null, ['pk_demo']]) expect(keys.find(key)).toBeNull();
  });
  test.each([[{ ...entry, key: 'demo' }], [{ ...entry, agent: 'acme' }], [{ ...entry, origins: ['https://shop.example/'] }]])(
    '%j is refused',
    (bad) => {
      expect(() => createEmbedKeys([bad])).toThrow(TypeError);
    },
  );
  test('the same key twice is refused', () => expect(() => createEmbedKeys([entry, entry])).toThrow(/twice/));
});

describe('secret keys', () => {
  const secret = `sk_${randomBytes(24).toString('base64url')}`;
  const keys = createSecretKeys([
    { name: 'a', agent: AGENT, secret },
    { name: 'b', agent: 'acme/other', secret: `sk_${randomBytes(24).toString('base64url')}` },
  ]);
  test('are found by exact text', () => {
    expect(keys.find(secret)).toEqual({ name: 'a', agent: AGENT });
    for (const other of [`${secret}x`, secret.slice(0, -1), secret.toUpperCase(), 'sk_', '']) expect(keys.find(other)).toBeNull();
  });
  test.each(['sk_short', `pk_${randomBytes(24).toString('base64url')}`, `sk_${'a'.repeat(40)}`])(
    'a weak one is refused without repeating it',
    (weak) => {
      expect(() => createSecretKeys([{ name: 'shop', agent: AGENT, secret: weak }])).toThrow(/^The secret key "shop" is not/);
    },
  );
});
