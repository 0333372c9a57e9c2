import { createHmac, createPrivateKey, sign as signRaw } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { generateSigningKey } from '../generate-signing-key.ts';
import { runCommand } from './run-command.ts';

const NOW_S = 1_893_456_000;
const folder = mkdtempSync(join(tmpdir(), 'familiar-signer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const es = await generateSigningKey({ kid: 'es-1' });
const hs = await generateSigningKey({ alg: 'HS256', kid: 'hs-1' });
const publicKey = join(folder, 'public.json');
const secretKey = join(folder, 'secret.json');
writeFileSync(publicKey, JSON.stringify({ keys: [es.publicJwk] }));
writeFileSync(secretKey, JSON.stringify(hs.privateJwk));

async function run(argv: string[], { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {}) {
  const lines = { out: [] as string[], err: [] as string[] };
  const code = await runCommand(argv, {
    env,
    clock: () => NOW_S * 1000,
    readInput: () => input,
    print: (text) => void lines.out.push(text),
    complain: (text) => void lines.err.push(text),
  });
  return { code, out: lines.out.join('\n'), err: lines.err.join('\n') };
}

const secretBytes = Buffer.from(String(hs.privateJwk['k']), 'base64url');
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = { sub: 'u_1', aud: 'fernwell/guide', iss: 'fernwell', iat: NOW_S, exp: NOW_S + 600, jti: 'x1' };
const expected = ['--agent', 'fernwell/guide', '--issuer', 'fernwell'];

/** Signs by hand, so that tokens the signer would refuse can be made. */
function forge(payload: object, { header = {}, der = false }: { header?: object; der?: boolean } = {}): string {
  const text = `${encode({ alg: 'ES256', typ: 'identity+jwt', kid: 'es-1', ...header })}.${encode(payload)}`;
  const key = createPrivateKey({ key: { ...es.privateJwk }, format: 'jwk' });
  return `${text}.${signRaw('sha256', Buffer.from(text), { key, dsaEncoding: der ? 'der' : 'ieee-p1363' }).toString('base64url')}`;
}

function forgeWithSecret(secret: string | Buffer): string {
  const text = `${encode({ alg: 'HS256', typ: 'identity+jwt', kid: 'hs-1' })}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

test('what keygen prints signs, verifies and passes the doctor', async () => {
  const { code, out } = await run(['keygen']);
  const key = /^FAMILIAR_SIGNING_KEY='(.+)'$/m.exec(out)?.[1] ?? '';
  const entry = JSON.parse(out.split('\n').at(-1) ?? '') as { jwk: Record<string, unknown> };
  expect({ code, alg: entry.jwk['alg'], secret: entry.jwk['d'] }).toEqual({ code: 0, alg: 'ES256', secret: undefined });
  const env = { FAMILIAR_SIGNING_KEY: key };
  const signed = await run(['sign', '--sub', 'u_1', '--name', 'Ada', ...expected], { env });
  const verified = await run(['verify', '-', ...expected], { env, input: `${signed.out}\n` });
  expect(JSON.parse(verified.out)).toMatchObject({ sub: 'u_1', name: 'Ada', aud: 'fernwell/guide' });
  expect(await run(['doctor', signed.out, ...expected], { env })).toEqual({ code: 0, out: 'ok: nothing wrong, 600 s left', err: '' });
});

test.each([
  ['ES256', ['private.jwk.json', 'public.jwk.json', 'private.pem']],
  ['EdDSA', ['private.jwk.json', 'public.jwk.json', 'private.pem']],
  ['HS256', ['private.jwk.json']],
])('keygen --alg %s --out writes files that only their owner reads, and never over others', async (alg, names) => {
  const out = join(folder, alg);
  expect((await run(['keygen', '--alg', alg, '--kid', 'k-1', '--out', out])).out).toBe(`Wrote ${names.join(', ')}; kid k-1.`);
  for (const name of names) expect(statSync(join(out, name)).mode & 0o777).toBe(0o600);
  const before = readFileSync(join(out, 'private.jwk.json'), 'utf8');
  expect((await run(['keygen', '--alg', alg, '--out', out])).code).toBe(2);
  expect(readFileSync(join(out, 'private.jwk.json'), 'utf8')).toBe(before);
});

describe('the doctor says in one line', () => {
  const { jti: _jti, ...withoutJti } = claims;
  const good = forge(claims);
  const [head = '', body = '', tail = ''] = good.split('.');
  test.each([
    ['an empty token', '', 'token_malformed', 'it is empty'],
    ['a Bearer prefix', `Bearer ${good}`, 'token_malformed', 'Bearer'],
    ['the whole JSON answer', JSON.stringify({ identity_token: good }), 'token_malformed', 'identity_token'],
    ['a wrapped line', `${head}.\n${body}.${tail}`, 'token_malformed', 'line break'],
    ['a cut-off token', `${head}.${body}`, 'token_malformed', '2 parts'],
    ['no signature', `${head}.${body}.`, 'token_malformed', 'not signed'],
    ['padding', `${good}==`, 'token_malformed', 'plain base64'],
    ['an encrypted token', `${good}.a.b`, 'token_malformed', 'JWE'],
    ['alg none', forge(claims, { header: { alg: 'none' } }), 'token_alg_not_allowed', 'not signed'],
    ['typ JWT', forge(claims, { header: { typ: 'JWT' } }), 'token_malformed', 'typ is not set'],
    ['no kid', forge(claims, { header: { kid: undefined } }), 'token_unknown_key', 'kid is missing'],
    ['an unknown kid', forge(claims, { header: { kid: 'old' } }), 'token_unknown_key', 'kid "old" is unknown; the key given is "es-1"'],
    ['another member', forge(claims, { header: { jku: 'x' } }), 'token_malformed', 'other members'],
    ['another alg', forge(claims, { header: { alg: 'HS256' } }), 'token_alg_not_allowed', 'this key is for ES256'],
    ['a DER signature', forge(claims, { der: true }), 'token_bad_signature', 'DER'],
    ['a changed payload', `${head}.${encode({ ...claims, sub: 'u_2' })}.${tail}`, 'token_bad_signature', 'another key'],
    [
      'a wrong audience',
      forge({ ...claims, aud: 'fernwell/other' }),
      'token_wrong_audience',
      '"fernwell/other", expected "fernwell/guide"',
    ],
    ['a list as audience', forge({ ...claims, aud: ['fernwell/guide'] }), 'token_wrong_audience', 'one string'],
    ['a wrong issuer', forge({ ...claims, iss: 'else' }), 'token_wrong_issuer', 'iss is "else", expected "fernwell"'],
    ['a numeric sub', forge({ ...claims, sub: 42 }), 'token_bad_subject', 'sub is a number'],
    ['a placeholder sub', forge({ ...claims, sub: 'undefined' }), 'token_bad_subject', 'placeholder'],
    ['a missing jti', forge(withoutJti), 'token_missing_claim', 'jti is missing'],
    ['an old token', forge({ ...claims, iat: NOW_S - 693, exp: NOW_S - 93 }), 'token_expired', 'expired 93 s ago'],
    ['a fast clock', forge({ ...claims, iat: NOW_S + 300, exp: NOW_S + 900 }), 'token_not_yet_valid', 'starts in 300 s'],
    ['a long life', forge({ ...claims, exp: NOW_S + 86_400 }), 'token_lifetime_too_long', '86400 s'],
    [
      'milliseconds',
      forge({ ...claims, iat: NOW_S * 1000, exp: NOW_S * 1000 + 600_000 }),
      'token_lifetime_too_long',
      'iat is in milliseconds',
    ],
  ])('%s', async (...[, token, code, words]) => {
    const { code: exit, out, err } = await run(['doctor', '-', '--public-key-file', publicKey, ...expected], { input: token });
    expect({ exit, out }).toEqual({ exit: 1, out: '' });
    expect(err).toMatch(new RegExp(`^${code}: .*$`));
    expect(err).toContain(words);
    for (const part of good.split('.')) expect(err).not.toContain(part);
  });

  test.each([
    ['the text of the secret as key', String(hs.privateJwk['k']), 'decode it from base64url first'],
    ['its base64 text as key', secretBytes.toString('base64'), 'decode it from base64 first'],
    ['its hexadecimal text as key', secretBytes.toString('hex'), 'decode it from hexadecimal first'],
    ['another secret', Buffer.alloc(32, 7), 'another key signed it'],
  ])('%s', async (_what, secret, words) => {
    const { code, err } = await run(['doctor', forgeWithSecret(secret), '--key-file', secretKey]);
    expect(code).toBe(1);
    expect(err).toContain(`token_bad_signature: `);
    expect(err).toContain(words);
  });

  test('that a secret which is text was decoded as if it were base64', async () => {
    const text = secretBytes.toString('base64');
    const file = join(folder, 'text.json');
    writeFileSync(file, JSON.stringify({ ...hs.privateJwk, k: Buffer.from(text).toString('base64url') }));
    const { code, err } = await run(['doctor', forgeWithSecret(secretBytes), '--key-file', file]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('took plain text for base64') });
    expect(err).not.toContain(text);
  });

  test.each([
    [
      'a signing clock that is fast',
      { iat: NOW_S + 45, exp: NOW_S + 645 },
      'ok: nothing wrong, 645 s left; it starts in 45 s, within the 60 s',
    ],
    ['one that is slow', { iat: NOW_S - 612, exp: NOW_S - 12 }, 'ok: nothing wrong, it expired 12 s ago, within the 60 s'],
    ['nbf ahead of iat', { nbf: NOW_S + 30 }, 'ok: nothing wrong, 600 s left; it starts in 30 s'],
  ])('how far %s is, while it is tolerated', async (_what, times, words) => {
    const { code, out } = await run(['doctor', forge({ ...claims, ...times }), '--public-key-file', publicKey, ...expected]);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(words) });
  });

  test('when a token expired', async () => {
    const { err } = await run(['doctor', forge({ ...claims, iat: NOW_S - 4200, exp: NOW_S - 3600 }), ...expected]);
    expect(err).toBe('token_expired: it expired 3600 s ago, at 2029-12-31T23:00:00Z; 60 s of skew is tolerated');
  });

  test('nothing wrong with a key set whose keys name no algorithm', async () => {
    const file = join(folder, 'issuer.json');
    const { alg: _alg, ...bare } = es.publicJwk;
    writeFileSync(file, JSON.stringify({ keys: [{ ...(await generateSigningKey()).publicJwk, alg: undefined }, bare] }));
    expect((await run(['doctor', good, '--public-key-file', file, ...expected])).code).toBe(0);
  });

  test('that nothing is wrong, and what it could not compare', async () => {
    const { code, out } = await run(['doctor', good]);
    expect(code).toBe(0);
    expect(out).toBe('ok: nothing wrong, 600 s left; not compared: signature (--public-key-file), aud (--agent), iss (--issuer)');
  });
});

test.each([
  [[]],
  [['steal']],
  [['__proto__']],
  [['sign', '--agent', 'a/b', '--issuer', 'i', '--sub', 'u_1']],
  [['sign', '--key-file', secretKey, '--agent', 'a/b', '--issuer', 'i', '--sub', 'guest']],
  [['sign', '--key-file', secretKey, '--agent', 'a/b', '--issuer', 'i']],
  [['verify', forge(claims), '--public-key-file', publicKey]],
  [['doctor']],
  [['doctor', forge(claims), '--key-file', join(folder, 'missing.json')]],
  [['keygen', '--alg', 'none']],
  [['keygen', '--kid', '../x']],
])('a wrong command line (%#) is exit code 2, with a sentence and without the token', async (argv) => {
  const { code, out, err } = await run(argv);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err.length).toBeGreaterThan(10);
  expect(err).not.toContain(encode(claims));
});

const pem = join(folder, 'key.pem');
writeFileSync(pem, '-----BEGIN PRIVATE KEY-----\n');
test.each([
  [['keygen', 'ES256'], 'keygen takes options only'],
  [['keygen', '--out', folder, '--alg', 'HS512'], '--alg is one of ES256, EdDSA, HS256'],
  [['doctor', forge(claims), '--agent', 'Fernwell'], '--agent is "org/agent"'],
  [['verify', forge(claims), '--issuer', 'fernwell', '--agent', 'fernwell/guide'], 'No key: set FAMILIAR_SIGNING_KEY'],
  [['doctor', forge(claims), '--public-key-file', pem], 'The key is PEM'],
  [['sign', '--key-file', pem, '--sub', 'u_1', ...expected], 'The key is PEM'],
  [['doctor', forge(claims), '--public-key-file', join(folder, 'missing.json')], '--public-key-file: there is no such file'],
  [['doctor', forge(claims), '--key-file', folder], '--key-file: the file cannot be read'],
])('what is wrong with a command line is said in its own words (%#)', async (argv, words) => {
  const { code, err } = await run(argv);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(words) });
  expect(err).not.toContain(folder);
});

test('keygen puts the issuer into the backend’s entry, and names the file that it keeps', async () => {
  const { out } = await run(['keygen', '--issuer', 'fernwell']);
  expect(JSON.parse(out.split('\n').at(-1) ?? '')).toMatchObject({ issuer: 'fernwell' });
  const kept = join(folder, 'kept');
  await run(['keygen', '--out', kept]);
  rmSync(join(kept, 'private.jwk.json'));
  expect((await run(['keygen', '--out', kept])).err).toContain('has a public.jwk.json, private.pem already');
  expect(existsSync(join(kept, 'private.jwk.json'))).toBe(false);
});

test('an unknown option does not repeat a token typed in its place', async () => {
  const { code, err } = await run(['doctor', `--${forge(claims)}`]);
  expect(code).toBe(2);
  expect(err).not.toContain(encode(claims));
});
