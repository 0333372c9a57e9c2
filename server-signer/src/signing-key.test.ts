import { base64url } from 'jose';
import { describe, expect, test } from 'vitest';
import { generateSigningKey } from './generate-signing-key.ts';
import { parseSigningKey } from './signing-key.ts';
import { createSigner } from './signer.ts';

function secretKey(secret: string | Uint8Array) {
  return { kty: 'oct', alg: 'HS256', kid: 'hs', k: base64url.encode(secret) };
}

function codeOf(key: unknown): string {
  try {
    parseSigningKey(key);
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('what generateSigningKey makes is accepted, as an object and as one line', async () => {
  for (const alg of ['ES256', 'EdDSA', 'HS256'] as const) {
    const { privateJwk } = await generateSigningKey({ alg });
    expect(codeOf(privateJwk)).toBe('accepted');
    expect(codeOf(JSON.stringify(privateJwk))).toBe('accepted');
    expect(JSON.stringify(privateJwk)).not.toContain('\n');
  }
});

test('the public half holds no private member', async () => {
  for (const alg of ['ES256', 'EdDSA'] as const) expect((await generateSigningKey({ alg })).publicJwk).not.toHaveProperty('d');
});

describe('a key is refused', () => {
  test('when it is public only', async () => {
    expect(codeOf((await generateSigningKey()).publicJwk)).toBe('key_public_only');
  });

  test('without kid, with an odd kid, without alg, with another alg', async () => {
    const { privateJwk } = await generateSigningKey();
    expect(codeOf({ ...privateJwk, kid: undefined })).toBe('key_missing_kid');
    expect(codeOf({ ...privateJwk, kid: '../key' })).toBe('key_missing_kid');
    expect(codeOf({ ...privateJwk, alg: undefined })).toBe('key_missing_alg');
    for (const alg of ['none', 'ES512', '__proto__']) expect(codeOf({ ...privateJwk, alg })).toBe('key_alg_not_allowed');
    expect(codeOf({ ...privateJwk, alg: 'HS256' })).toBe('key_malformed');
  });

  test('when its parts do not belong together, at the first signature', async () => {
    const { privateJwk } = await generateSigningKey();
    const { x } = (await generateSigningKey()).publicJwk;
    const signer = createSigner({ agent: 'a/b', issuer: 'i', key: { ...privateJwk, ...(x === undefined ? {} : { x }) } });
    await expect(signer.sign({ sub: 'u_1' })).rejects.toMatchObject({ code: 'key_malformed' });
  });

  test('when it is no JSON object, without repeating it', () => {
    for (const key of ['', 'hunter2-is-here', '[]', 'null', 7, undefined]) {
      expect(codeOf(key)).toBe('key_malformed');
      expect(() => parseSigningKey(key)).not.toThrow(/hunter2/);
    }
  });
});

test.each([
  ['31 random bytes', crypto.getRandomValues(new Uint8Array(31))],
  ['one byte, 64 times', new Uint8Array(64).fill(0xa7)],
  ['16 bytes, twice', Uint8Array.from({ length: 32 }, (_, at) => ((at % 16) * 89 + 131) % 256)],
  ['counting bytes', Uint8Array.from({ length: 32 }, (_, at) => 0x80 + at)],
  ['a sentence', 'correct horse battery staple is not random'],
  ['known words', 'your-256-bit-secret-your-512-bit-secret!'],
  ['hexadecimal taken for base64', base64url.decode('09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7')],
  ['an RFC', base64url.decode('hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg')],
  ['words taken for base64', base64url.decode('thisIsMyVerySecretPasswordForTheIdentityTokens12')],
])('an HS256 secret of %s is weak', (_what, secret) => {
  expect(codeOf(secretKey(secret))).toBe('key_weak_secret');
});

test('a secret in plain base64 or with padding is refused: it would be another secret elsewhere', () => {
  const secret = Buffer.from(new Uint8Array(32).map((_, at) => (at * 37 + 251) % 256)).toString('base64');
  expect(codeOf({ kty: 'oct', alg: 'HS256', kid: 'hs', k: secret })).toBe('key_malformed');
});

test('a hundred generated secrets are strong', async () => {
  for (let count = 0; count < 100; count++) {
    expect(codeOf((await generateSigningKey({ alg: 'HS256' })).privateJwk)).toBe('accepted');
  }
});
