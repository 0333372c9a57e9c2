import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { explainWeakSecret } from './weak-secret.ts';

const encode = (secret: string | Uint8Array) => Buffer.from(secret).toString('base64url');
/** As both sides read a secret: text that is base64url is decoded. */
const explain = (encoded: string) => explainWeakSecret(new Uint8Array(Buffer.from(encoded, 'base64url')), encoded);
const bytes = (make: (at: number) => number, length = 32) => Uint8Array.from({ length }, (_, at) => make(at) % 256);

test('ten thousand secrets without a pattern are strong, the same ones each time', () => {
  for (let count = 0; count < 10_000; count++) {
    const secret = createHash('sha512')
      .update(`a seed ${count}`)
      .digest()
      .subarray(0, [32, 48, 64][count % 3]);
    expect(explain(encode(secret))).toBeNull();
  }
});

test('fewer than 32 bytes are too few, and their number is said', () => {
  expect(explain(encode(crypto.getRandomValues(new Uint8Array(31))))).toBe('decodes to 31 bytes; 32 is the least');
  expect(explain('')).toContain('to 0 bytes');
});

describe('a secret without chance in it is refused', () => {
  const piece = crypto.getRandomValues(new Uint8Array(24));
  test.each([
    ['zeroes', bytes(() => 0, 64), 'repeats'],
    ['one byte', bytes(() => 0xa7), 'repeats'],
    ['two bytes in turn', bytes((at) => (at % 2 === 0 ? 0x13 : 0xd8)), 'repeats'],
    ['a random piece, three times', Uint8Array.from([...piece, ...piece, ...piece]), 'repeats'],
    ['a random piece, twice and a bit', Uint8Array.from([...piece, ...piece, ...piece.slice(0, 7)]), 'repeats'],
    ['bytes that count up', bytes((at) => 0x90 + at), 'counts'],
    ['bytes that count down past zero', bytes((at) => 0x110 - at), 'counts'],
  ])('%s', (_what, secret, reason) => {
    expect(explain(encode(secret))).toContain(reason);
  });
});

/** Defaults and examples of frameworks and tutorials, of 32 characters or more: encoded by somebody, or pasted as they are. */
const KNOWN = [
  'your-256-bit-secret-your-256-bit-secret-your',
  'a-string-secret-at-least-256-bits-long-and-some-more',
  'your-super-secret-jwt-token-with-at-least-32-characters-long',
  'reallyreallyreallyreallyverysafereallyreallyreallyreallyverysafe',
  'pleaseChangeThisSecretForANewOnepleaseChangeThisSecretForANewOne',
  'CHANGE_THIS_TO_SOMETHING_RANDOM_CHANGE_THIS_TO_SOMETHING',
  'correct-horse-battery-staple-correct-horse-battery',
  'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz',
  '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
  '12345678901234567890123456789012345678901234567890',
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  '404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970',
  '569a1821-0a93-45e8-87ab-eb857f20a010-0a6b944d-d2fb-46fc',
];

test.each(KNOWN)('%s is refused in every form', (text) => {
  const pasted = Buffer.from(text, 'base64url');
  for (const secret of [text, encode(text), pasted]) expect(explain(encode(secret))).toMatch(/text|counts|repeats/);
});

test.each([
  ['RFC 7515', 'AyM1SysPpbyfDfZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'],
  ['RFC 7520', 'hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg'],
  ['the documents of jose', 'zH4NRP1HMALxxCFnRZABFA7GOJtzU_gIj02alfL1lvI'],
  ['the documents of jose-jwt', 'pDzCAKG9KSaCWY2kLaqf0UWJ89i_gy_6IGvndSWe4eo'],
  ['answers about ASP.NET', 'db3OIsj-BXE9NZDy0t8W3TcNekrF-2d_1sFnWG4HnV8TZY30iTOdtVWJG8abWvB1GlOgJuQZdcF2Luqm_hccMw'],
])('the secret that %s prints is refused, bare and encoded once more', (_where, secret) => {
  expect(explain(secret)).toBe('is an example that everybody can read');
  expect(explain(encode(secret))).toBe('is readable text, not random bytes');
});
