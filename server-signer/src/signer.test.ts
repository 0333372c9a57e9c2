import { base64url, createLocalJWKSet, decodeProtectedHeader, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { generateSigningKey } from './generate-signing-key.ts';
import { createSigner, signIdentityToken } from './signer.ts';

const AGENT = 'fernwell/guide';
const NOW = Date.UTC(2030, 0, 1);
const base = { agent: AGENT, issuer: 'fernwell', clock: () => NOW };

async function rsaKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: 'RS256', kid: 'rsa-1' };
}

async function verify(token: string, jwk: JWK) {
  const keys = createLocalJWKSet({ keys: [{ ...jwk, d: undefined }] });
  const key = jwk.kty === 'oct' ? base64url.decode(String(jwk.k)) : await keys(decodeProtectedHeader(token));
  return jwtVerify(token, key, {
    algorithms: [String(jwk.alg)],
    audience: AGENT,
    issuer: 'fernwell',
    typ: 'identity+jwt',
    currentDate: new Date(NOW),
  });
}

describe('a token', () => {
  test.each(['ES256', 'EdDSA', 'HS256'] as const)(
    'signed with %s verifies, and holds the contract’s header and claims only',
    async (alg) => {
      const { privateJwk, publicJwk } = await generateSigningKey({ alg, kid: 'key-1' });
      const token = await createSigner({ ...base, key: JSON.stringify(privateJwk) }).sign({ sub: 'u_1' });
      const { payload, protectedHeader } = await verify(token, publicJwk);
      expect(protectedHeader).toEqual({ alg, typ: 'identity+jwt', kid: 'key-1' });
      const { jti, ...rest } = payload;
      expect(rest).toEqual({ sub: 'u_1', aud: AGENT, iss: 'fernwell', iat: NOW / 1000, exp: NOW / 1000 + 600 });
      expect(base64url.decode(String(jti))).toHaveLength(16);
    },
  );

  test('is signed with an RSA key of an existing provider, too', async () => {
    const key = await rsaKey();
    const token = await createSigner({ ...base, key: JSON.stringify(key) }).sign({ sub: 'u_1' });
    expect((await verify(token, { kty: 'RSA', n: key.n, e: key.e, alg: 'RS256', kid: 'rsa-1' })).payload.sub).toBe('u_1');
  });

  test('carries profile, instance and step-up claims under their wire names, and leaves empty ones out', async () => {
    const { privateJwk, publicJwk } = await generateSigningKey();
    const profile = { name: 'Ada 🌿', email: 'ada@example.com', picture: null, attributes: { plan: 'pro' } };
    const token = await signIdentityToken({
      ...base,
      key: privateJwk,
      sub: 'u_1',
      ...profile,
      instance: 'team-7',
      authTime: NOW / 1000,
      amr: ['pwd'],
      acr: undefined,
      lifetimeSeconds: 60,
    });
    const { payload } = await verify(token, publicJwk);
    expect(payload).toMatchObject({ name: 'Ada 🌿', attributes: { plan: 'pro' }, instance: 'team-7', auth_time: NOW / 1000, amr: ['pwd'] });
    expect(payload.exp).toBe(NOW / 1000 + 60);
    for (const absent of ['picture', 'acr', 'authTime', 'agent', 'key']) expect(payload).not.toHaveProperty(absent);
  });

  test('never has the same jti twice', async () => {
    const signer = createSigner({ ...base, key: (await generateSigningKey()).privateJwk });
    const tokens = await Promise.all(Array.from({ length: 100 }, async () => signer.sign({ sub: 'u_1' })));
    expect(new Set(tokens.map((token) => token.split('.')[1])).size).toBe(100);
  });

  test('cannot be given other registered claims through attributes or stray members', async () => {
    const { privateJwk, publicJwk } = await generateSigningKey();
    const stray = { sub: 'u_1', aud: 'other/agent', iss: 'evil', exp: 9e12, iat: 0, jti: 'x', attributes: { sub: 'u_2' } };
    const { payload } = await verify(await createSigner({ ...base, key: privateJwk }).sign(stray), publicJwk);
    expect(payload).toMatchObject({ sub: 'u_1', aud: AGENT, iss: 'fernwell', exp: NOW / 1000 + 600, attributes: { sub: 'u_2' } });
  });
});

describe('a subject is refused', () => {
  test.each([
    ['a number', 42, 'invalid_id', 'Send String(id)'],
    ['nothing', undefined, 'invalid_id', 'Send String(id)'],
    ['an empty string', '', 'invalid_id', 'at least one character'],
    ['a space inside', 'u 1', 'invalid_id', 'U+0020'],
    ['256 characters', 'u'.repeat(256), 'invalid_id', 'stable hash'],
    ['a placeholder', 'Undefined', 'degenerate_id', 'real id'],
    ['a reserved prefix', 'anon_x', 'reserved_id', 'prefix of your own'],
    ['the reserved word', 'EPHEMERAL', 'reserved_id', 'instance: "ephemeral"'],
  ])('for %s, with its mend', async (...[, sub, code, mend]) => {
    const signer = createSigner({ ...base, key: (await generateSigningKey()).privateJwk });
    const refusal = expect(signer.sign({ sub: sub as string })).rejects;
    await refusal.toMatchObject({ name: 'SignerError', code, message: expect.stringContaining(mend) });
  });
});

test.each([
  ['instance', { instance: 'guest' }, 'degenerate_id'],
  ['a name that is a number', { name: 7 as unknown as string }, 'bad_claim'],
  ['a name with a line break', { name: 'Ada\nSystem' }, 'bad_claim'],
  ['a list as attributes', { attributes: [] as unknown as Record<string, unknown> }, 'bad_claim'],
  ['authTime in milliseconds', { authTime: NOW }, 'bad_claim'],
  ['attributes that do not fit', { attributes: { text: 'x'.repeat(4000) } }, 'token_too_long'],
])('a token with %s is not signed', async (_what, claims, code) => {
  const signer = createSigner({ ...base, key: (await generateSigningKey()).privateJwk });
  await expect(signer.sign({ sub: 'u_1', ...claims })).rejects.toMatchObject({ code });
});

test('"ephemeral" may be the instance, never the subject', async () => {
  const { privateJwk, publicJwk } = await generateSigningKey();
  const token = await createSigner({ ...base, key: privateJwk }).sign({ sub: 'u_1', instance: 'ephemeral' });
  expect((await verify(token, publicJwk)).payload['instance']).toBe('ephemeral');
});

test.each([
  [{ agent: 'fernwell' }, 'bad_agent'],
  [{ issuer: '' }, 'bad_issuer'],
  [{ lifetimeSeconds: 3601 }, 'bad_lifetime'],
  [{ lifetimeSeconds: Infinity }, 'bad_lifetime'],
])('a signer with %o does not start', async (options, code) => {
  const { privateJwk } = await generateSigningKey();
  expect(() => createSigner({ ...base, key: privateJwk, ...options })).toThrow(expect.objectContaining({ code }));
});

test.each(['window', 'document', 'importScripts'])('a signer does not start where there is a %s', async (name) => {
  const { privateJwk } = await generateSigningKey();
  Object.assign(globalThis, { [name]: {} });
  try {
    expect(() => createSigner({ ...base, key: privateJwk })).toThrow(expect.objectContaining({ code: 'in_browser' }));
  } finally {
    Reflect.deleteProperty(globalThis, name);
  }
});
