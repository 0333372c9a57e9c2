import { createHmac, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AGENT, ISSUER, minted, openWorld, randomSecret, refused, START_MS, type World } from '../../test/identity-world.ts';
import type { IdentityError } from './identity-error.ts';
import { verifyIdentityToken } from './identity-token.ts';

const NOW = START_MS / 1000;
const secret = randomSecret();
let world: World;
let publicJwk: JWK;

beforeAll(async () => {
  const revoked = await generateKeyPair('ES256');
  const retiring = await generateKeyPair('ES256');
  publicJwk = await exportJWK(revoked.publicKey);
  world = await openWorld({
    identityKeys: [
      { issuer: ISSUER, kid: 'h1', secret },
      { issuer: ISSUER, kid: 'dead', jwk: { ...publicJwk }, status: 'revoked' },
      {
        issuer: 'idp',
        kid: 'old',
        jwk: { ...(await exportJWK(retiring.publicKey)) },
        status: 'retiring',
        retiredAtMs: START_MS - 3_600_000,
      },
    ],
  });
  keys.set('dead', revoked.privateKey).set('old', retiring.privateKey);
});
afterAll(() => world.close());

type Key = Parameters<SignJWT['sign']>[0];
const keys = new Map<string, Key>();

/** Any header and payload text, signed with the agent's own key: what only a strict form can refuse. */
async function signText(header: string, payload: string | Uint8Array): Promise<string> {
  const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, world.signer.privateKey, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

const HEADER = '{"alg":"ES256","kid":"k1","typ":"identity+jwt"}';
const payloadWith = (extra: string) =>
  `{"sub":"alice","aud":"${AGENT}","iss":"${ISSUER}","jti":"${randomUUID()}","iat":${NOW},"exp":${NOW + 600}${extra}}`;

function hmacToken(key: Uint8Array | string, header: Record<string, unknown>): string {
  const encode = (text: string) => Buffer.from(text).toString('base64url');
  const input = `${encode(JSON.stringify({ typ: 'identity+jwt', ...header }))}.${encode(payloadWith(''))}`;
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
}

async function signWith(kid: string, claims: Record<string, unknown>): Promise<string> {
  const key = keys.get(kid);
  if (key === undefined) throw new Error('no such key');
  return new SignJWT({ sub: 'alice', aud: AGENT, iss: ISSUER, iat: NOW, exp: NOW + 600, jti: randomUUID(), ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'identity+jwt', kid })
    .sign(key);
}

/** Flips the unused low bits of the last character: the same bytes to a lax decoder, another text. */
function respell(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.slice(-1)) + 1];
}

const BAD_TOKENS: readonly [name: string, code: string, make: () => unknown][] = [
  ['an empty string', 'token_malformed', () => ''],
  ['null', 'token_malformed', () => null],
  ['false', 'token_malformed', () => false],
  ['a number', 'token_malformed', () => 0],
  ['an object', 'token_malformed', () => ({})],
  ['a list with a good token', 'token_malformed', async () => [await world.sign()]],
  ['two parts', 'token_malformed', async () => (await world.sign()).replace(/\.[^.]+$/, '')],
  ['an empty signature', 'token_malformed', async () => (await world.sign()).replace(/[^.]+$/, '')],
  ['four parts', 'token_malformed', async () => `${await world.sign()}.AA`],
  ['M4: padding', 'token_malformed', async () => `${await world.sign()}==`],
  ['M4: a space inside', 'token_malformed', async () => (await world.sign()).replace('.', '. ')],
  ['M4: a newline after', 'token_malformed', async () => `${await world.sign()}\n`],
  ['M4: last bits not canonical', 'token_malformed', async () => respell(await world.sign())],
  ['standard base64', 'token_malformed', async () => (await signText(HEADER, payloadWith(',"name":"???>>>"'))).replace(/-|_/g, '+')],
  ['4,097 characters', 'token_malformed', () => world.sign({ attributes: { big: 'x'.repeat(3000) } })],
  ['M4: a doubled claim', 'token_malformed', () => signText(HEADER, payloadWith(',"sub":"mallory"'))],
  ['a claim doubled by an escape', 'token_malformed', () => signText(HEADER, payloadWith(String.raw`,"\u0073ub":"mallory"`))],
  ['a doubled attribute', 'token_malformed', () => signText(HEADER, payloadWith(',"attributes":{"a":1,"a":2}'))],
  [
    'a doubled header member',
    'token_malformed',
    () => signText('{"alg":"none","alg":"ES256","kid":"k1","typ":"identity+jwt"}', payloadWith('')),
  ],
  ['a payload that is a list', 'token_malformed', () => signText(HEADER, '[]')],
  ['a payload that is null', 'token_malformed', () => signText(HEADER, 'null')],
  ['a payload that is not JSON', 'token_malformed', () => signText(HEADER, '{sub:1}')],
  ['a payload after a byte order mark', 'token_malformed', () => signText(HEADER, `\uFEFF${payloadWith('')}`)],
  ['a payload not in UTF-8', 'token_malformed', () => signText(HEADER, Buffer.from(payloadWith(',"name":"\xff"'), 'latin1'))],
  ['nesting 40 deep', 'token_malformed', () => signText(HEADER, payloadWith(`,"attributes":{"a":${'['.repeat(40)}${']'.repeat(40)}}`))],
  ['M4: jku in the header', 'token_malformed', () => world.sign({}, { jku: 'https://evil.test/jwks' })],
  ['M4: jwk in the header', 'token_malformed', () => world.sign({}, { jwk: publicJwk })],
  ['crit in the header', 'token_malformed', () => signText('{"alg":"ES256","kid":"k1","typ":"identity+jwt","crit":[]}', payloadWith(''))],
  ['typ JWT', 'token_malformed', () => world.sign({}, { typ: 'JWT' })],
  ['no typ', 'token_malformed', () => world.sign({}, { typ: undefined })],
  ['kid a path', 'token_malformed', () => world.sign({}, { kid: '../../k1' })],
  ['kid of 10 kB', 'token_malformed', () => world.sign({}, { kid: 'k'.repeat(10_000) })],
  ['kid a number', 'token_malformed', () => signText('{"alg":"ES256","kid":1,"typ":"identity+jwt"}', payloadWith(''))],
  ['kid __proto__', 'token_unknown_key', () => world.sign({}, { kid: '__proto__' })],
  ['no kid', 'token_unknown_key', () => world.sign({}, { kid: undefined })],
  ['unknown kid', 'token_unknown_key', () => world.sign({}, { kid: 'k9' })],
  ['alg none', 'token_alg_not_allowed', () => signText('{"alg":"none","kid":"k1","typ":"identity+jwt"}', payloadWith(''))],
  ['alg None', 'token_alg_not_allowed', () => signText('{"alg":"None","kid":"k1","typ":"identity+jwt"}', payloadWith(''))],
  ['alg HS512', 'token_alg_not_allowed', () => hmacToken(Buffer.from(secret, 'base64url'), { alg: 'HS512', kid: 'h1' })],
  ['the public key as HMAC secret', 'token_alg_not_allowed', () => hmacToken(JSON.stringify(publicJwk), { alg: 'HS256', kid: 'k1' })],
  ['ES256 under the kid of a secret', 'token_alg_not_allowed', () => world.sign({}, { kid: 'h1' })],
  ['the secret not decoded', 'token_bad_signature', () => hmacToken(secret, { alg: 'HS256', kid: 'h1' })],
  ['an empty HMAC secret', 'token_bad_signature', () => hmacToken('', { alg: 'HS256', kid: 'h1' })],
  [
    'another key',
    'token_bad_signature',
    async () => (await signWith('dead', {})).replace(/^[^.]+/, Buffer.from(HEADER).toString('base64url')),
  ],
  ['a signature of zeroes', 'token_bad_signature', async () => (await world.sign()).replace(/[^.]+$/, 'A'.repeat(86))],
  ['a revoked key', 'token_revoked_key', () => signWith('dead', {})],
  ['signed after its key retired', 'token_unknown_key', () => signWith('old', { iss: 'idp' })],
  ['another issuer, known elsewhere', 'token_wrong_issuer', () => world.sign({ iss: 'idp' })],
  ['no iss', 'token_missing_claim', () => world.sign({ iss: undefined })],
  ['another agent', 'token_wrong_audience', () => world.sign({ aud: 'acme/other' })],
  ['a list of audiences', 'token_wrong_audience', () => world.sign({ aud: [AGENT] })],
  ['no aud', 'token_missing_claim', () => world.sign({ aud: undefined })],
  ['M4: no sub', 'token_missing_claim', () => world.sign({ sub: undefined })],
  ['M4: an empty sub', 'token_bad_subject', () => world.sign({ sub: '' })],
  ['M4: a sub that is a number', 'token_bad_subject', () => world.sign({ sub: 7 })],
  ['M4: a sub that is an object', 'token_bad_subject', () => world.sign({ sub: { id: 'alice' } })],
  ['M4: a sub with NUL', 'token_bad_subject', () => world.sign({ sub: 'alice\0' })],
  ['sub null', 'token_bad_subject', () => world.sign({ sub: null })],
  ['sub "ephemeral"', 'token_bad_subject', () => world.sign({ sub: 'Ephemeral' })],
  ['sub "ephemeral:x"', 'token_bad_subject', () => world.sign({ sub: 'ephemeral:x' })],
  ['sub "undefined"', 'token_bad_subject', () => world.sign({ sub: 'undefined' })],
  ['sub "anon_…"', 'token_bad_subject', () => world.sign({ sub: 'anon_x' })],
  ['no jti', 'token_missing_claim', () => world.sign({ jti: undefined })],
  ['jti of 129', 'token_malformed', () => world.sign({ jti: 'j'.repeat(129) })],
  ['jti a number', 'token_malformed', () => world.sign({ jti: 1 })],
  ['M4: no exp', 'token_missing_claim', () => world.sign({ exp: undefined })],
  ['M4: exp 1e400', 'token_malformed', () => signText(HEADER, payloadWith('').replace(`"exp":${NOW + 600}`, '"exp":1e400'))],
  ['exp a string', 'token_malformed', () => signText(HEADER, payloadWith('').replace(/"exp":(\d+)/, '"exp":"$1"'))],
  ['exp a fraction', 'token_malformed', () => signText(HEADER, payloadWith('').replace(/"exp":(\d+)/, '"exp":$1.5'))],
  ['no iat', 'token_missing_claim', () => signText(HEADER, payloadWith('').replace(/"iat":\d+,/, ''))],
  ['exp before iat', 'token_malformed', () => world.sign({ exp: NOW - 1 })],
  ['times in milliseconds', 'token_lifetime_too_long', () => world.sign({ iat: START_MS, exp: START_MS + 600_000 })],
  ['M4: iat a day ahead', 'token_not_yet_valid', () => world.sign({ iat: NOW + 86_400, exp: NOW + 87_000 })],
  ['iat 61 s ahead', 'token_not_yet_valid', () => world.sign({ iat: NOW + 61 })],
  ['nbf 61 s ahead', 'token_not_yet_valid', () => world.sign({ nbf: NOW + 61 })],
  ['a lifetime of 3,601 s', 'token_lifetime_too_long', () => world.sign({ exp: NOW + 3601 })],
  ['expired 60 s ago', 'token_expired', () => world.sign({ iat: NOW - 600, exp: NOW - 60 })],
  ['instance null', 'token_malformed', () => world.sign({ instance: null })],
  ['instance "default"', 'token_malformed', () => world.sign({ instance: 'default' })],
  ['a name that is an object', 'token_malformed', () => world.sign({ name: {} })],
  ['a name with a lone surrogate', 'token_malformed', () => signText(HEADER, payloadWith(String.raw`,"name":"\ud800"`))],
  ['attributes that are a list', 'token_malformed', () => world.sign({ attributes: [] })],
  ['auth_time a string', 'token_malformed', () => world.sign({ auth_time: 'now' })],
  ['amr a string', 'token_malformed', () => world.sign({ amr: 'otp' })],
];

describe('a bad identity token', () => {
  test.each(BAD_TOKENS)('%s is refused with %s: no session of any level, no row', async (_name, code, make) => {
    const token = await make();
    const before = await world.countRows();
    expect(refused(await world.mint({ identity_token: token }))).toBe(code);
    expect(refused(await world.mint({ identity_token: token, user_id: 'alice' }))).toBe(code);
    expect(refused(await world.mint({ identity_token: token, anonymous_secret: randomSecret() }))).toBe(code);
    expect(await world.countRows()).toBe(before);
  });

  test.each(BAD_TOKENS)('%s: the sentence (%s) mends and repeats nothing that was sent', async (_name, _code, make) => {
    const token = await make();
    const error = await verify(token).catch((reason: unknown) => reason as IdentityError);
    const { message } = error as IdentityError;
    expect(message).toMatch(/\.$/);
    for (const part of typeof token === 'string' ? token.split('.').filter((text) => text.length > 3) : [])
      expect(message).not.toContain(part);
    for (const sent of ['alice', 'mallory', 'evil', secret]) expect(message).not.toContain(sent);
  });

  test('the sentences name the skew in seconds and the audience expected', async () => {
    await expect(verify(await world.sign({ iat: NOW + 90 }))).rejects.toThrow(/starts 90 s from now/);
    await expect(verify(await world.sign({ iat: NOW - 900, exp: NOW - 300 }))).rejects.toThrow(/expired 300 s ago/);
    await expect(verify(await world.sign({ aud: 'x/y' }))).rejects.toThrow(/"acme\/helper"/);
  });
});

describe('a good identity token', () => {
  test.each(['ES256', 'EdDSA', 'RS256'] as const)('verifies with a registered %s key', async (alg) => {
    const pair = await generateKeyPair(alg);
    const other = await openWorld({ identityKeys: [{ issuer: 'idp', kid: 'x', jwk: { ...(await exportJWK(pair.publicKey)) } }] });
    const token = await new SignJWT({ sub: 'bob', aud: AGENT, iss: 'idp', iat: NOW, exp: NOW + 600, jti: 'j' })
      .setProtectedHeader({ alg, typ: 'identity+jwt', kid: 'x' })
      .sign(pair.privateKey);
    expect(minted(await other.mint({ identity_token: token })).participant).toEqual({ level: 'verified', id: 'bob' });
    await other.close();
  });

  test('verifies with an HS256 secret, decoded from base64url', async () => {
    const token = hmacToken(Buffer.from(secret, 'base64url'), { alg: 'HS256', kid: 'h1' });
    expect(await verify(token)).toMatchObject({ sub: 'alice', kid: 'h1' });
  });

  test('60 s of skew are tolerated on both sides', async () => {
    expect(await verify(await world.sign({ iat: NOW + 60 }))).toMatchObject({ sub: 'alice' });
    expect(await verify(await world.sign({ iat: NOW - 600, exp: NOW - 59 }))).toMatchObject({ sub: 'alice' });
  });

  test('a retiring key verifies what it signed before', async () => {
    const token = await signWith('old', { iss: 'idp', iat: NOW - 3600, exp: NOW });
    expect(await verify(token)).toMatchObject({ iss: 'idp', kid: 'old' });
  });

  test('awkward but exact subjects come back byte for byte', async () => {
    for (const sub of ['Alice', '__proto__', '../../etc', '"', '\\', "';--", 'a:b', '[object']) {
      expect(await verify(await world.sign({ sub }))).toMatchObject({ sub });
    }
  });
});

function verify(token: unknown) {
  return verifyIdentityToken(token, { agent: AGENT, keys: world.identityKeys, clock: world.clock });
}
