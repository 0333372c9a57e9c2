import { createPrivateKey, sign as signRaw } from 'node:crypto';
import { expect, test } from 'vitest';
// The signer never imports the backend; that its doctor says what the backend would is what this file is about.
import { createIdentityKeys } from '../../agent-backend/src/identity/identity-keys.ts';
import { verifyIdentityToken } from '../../agent-backend/src/identity/identity-token.ts';
import { diagnose } from '../src/doctor/diagnose.ts';
import { generateSigningKey } from '../src/generate-signing-key.ts';

const [agent, issuer, NOW_S] = ['fernwell/guide', 'fernwell', 1_893_456_000];
const clock = () => NOW_S * 1000;
const { privateJwk, publicJwk } = await generateSigningKey({ kid: 'k1' });
const keys = await createIdentityKeys({ [agent]: [{ issuer, jwk: { ...publicJwk } }] });
const good = { sub: 'u_1', aud: agent, iss: issuer, iat: NOW_S, exp: NOW_S + 600, jti: 'x1' };

const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Rightly signed, whatever it says; text is taken as it stands. */
function forge(payload: unknown, header: unknown = {}): string {
  const head = typeof header === 'string' ? header : { alg: 'ES256', typ: 'identity+jwt', kid: 'k1', ...(header as object) };
  const text = `${encode(head)}.${encode(payload)}`;
  const key = createPrivateKey({ key: { ...privateJwk }, format: 'jwk' });
  return `${text}.${signRaw('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** Each is a good token but for one thing. */
const CLAIMS: Readonly<Record<string, object>> = {
  'no sub': { sub: undefined },
  'sub a number': { sub: 42 },
  'sub empty': { sub: '' },
  'sub null': { sub: null },
  'sub with a space': { sub: 'u 1' },
  'sub a placeholder': { sub: 'undefined' },
  'sub reserved': { sub: 'anon_1' },
  'sub ephemeral': { sub: 'ephemeral' },
  'no aud': { aud: undefined },
  'aud a list': { aud: [agent] },
  'aud another agent': { aud: 'fernwell/other' },
  'no iss': { iss: undefined },
  'iss another': { iss: 'else' },
  'no jti': { jti: undefined },
  'jti empty': { jti: '' },
  'jti a number': { jti: 7 },
  'jti too long': { jti: 'x'.repeat(129) },
  'jti with a control character': { jti: 'x\u0007' },
  'no iat': { iat: undefined },
  'no exp': { exp: undefined },
  'exp a text': { exp: String(NOW_S + 600) },
  'exp with a fraction': { exp: NOW_S + 0.5 },
  'exp before iat': { exp: NOW_S - 1 },
  'an hour and a second': { exp: NOW_S + 3601 },
  milliseconds: { iat: NOW_S * 1000, exp: NOW_S * 1000 + 600_000 },
  'only exp in milliseconds': { exp: NOW_S * 1000 },
  'only iat in milliseconds': { iat: NOW_S * 1000 },
  'skew of 61 s ahead': { iat: NOW_S + 61, exp: NOW_S + 661 },
  'nbf of 61 s ahead': { nbf: NOW_S + 61 },
  'nbf a text': { nbf: 'now' },
  'expired 60 s ago': { iat: NOW_S - 660, exp: NOW_S - 60 },
  'instance empty': { instance: '' },
  'instance a placeholder': { instance: 'default' },
  'name null': { name: null },
  'name a number': { name: 7 },
  'name with a line break': { name: 'Ada\nLovelace' },
  'name too long': { name: 'x'.repeat(256) },
  'email too long': { email: 'x'.repeat(321) },
  'picture a list': { picture: [] },
  'attributes a list': { attributes: [] },
  'attributes null': { attributes: null },
  'auth_time a text': { auth_time: 'now' },
  'amr a text': { amr: 'pwd' },
  'amr of numbers': { amr: [1] },
  'acr a number': { acr: 2 },
  'attributes too many': { attributes: { text: 'x'.repeat(4000) } },
};

const json = JSON.stringify(good);
const FORMS: Readonly<Record<string, string>> = {
  'an empty token': '',
  'alg none': forge(good, { alg: 'none' }),
  'alg of another kind of key': forge(good, { alg: 'RS256' }),
  'alg a list': forge(good, { alg: ['ES256'] }),
  'no alg': forge(good, { alg: undefined }),
  'no typ': forge(good, { typ: undefined }),
  'typ JWT': forge(good, { typ: 'JWT' }),
  'no kid': forge(good, { kid: undefined }),
  'kid unknown': forge(good, { kid: 'k2' }),
  'kid a path': forge(good, { kid: '../k1' }),
  'a header too many': forge(good, { crit: [] }),
  'a doubled claim': forge(json.replace('{', '{"sub":"u_2",')),
  'a doubled claim, one escaped': forge(json.replace('{', '{"\\u0073ub":"u_2",')),
  'a doubled header': forge(good, '{"alg":"none","alg":"ES256","typ":"identity+jwt","kid":"k1"}'),
  'a byte order mark': forge(`\ufeff${json}`),
  'nesting without end': forge(json.replace('{', `{"attributes":${'['.repeat(33)}${']'.repeat(33)},`)),
  'a list as payload': forge([good]),
  'a text as payload': forge('"u_1"'),
  padding: `${forge(good)}=`,
  'a character too many': `${forge(good)}A`,
  'a cut-off signature': forge(good).slice(0, -1),
  'no signature': forge(good).replace(/[^.]+$/, ''),
  'two parts': forge(good).replace(/\.[^.]+$/, ''),
  'a changed payload': forge(good).replace(/\.[^.]+\./, `.${encode({ ...good, sub: 'u_2' })}.`),
};

async function askBackend(token: string): Promise<string> {
  try {
    await verifyIdentityToken(token, { agent, keys, clock });
    return 'good';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

async function askDoctor(token: string): Promise<{ readonly code: string; readonly detail: string }> {
  const diagnosis = await diagnose(token, { agent, issuer, keys: [publicJwk], clock });
  return diagnosis.kind === 'wrong' ? diagnosis : { code: 'good', detail: '' };
}

const tokens = [
  ...Object.entries(CLAIMS).map(([name, claims]) => [name, forge({ ...good, ...claims })] as const),
  ...Object.entries(FORMS),
];
test.each(tokens)('%s: the doctor finds what the backend refuses, and does not repeat it', async (_name, token) => {
  const { code, detail } = await askDoctor(token);
  expect(code).toMatch(/^token_/);
  expect(code).toBe(await askBackend(token));
  expect(detail).not.toMatch(/\n|[\w-]{60}/);
});

test.each<[string, object]>([
  ['as it is', {}],
  [
    'with a whole profile',
    { name: 'Zoë', email: 'z@example.com', picture: 'https://x.example/z', attributes: { plan: 'pro' }, instance: 'team-7' },
  ],
  ['for a session that is not kept', { instance: 'ephemeral' }],
  ['with a fresh sign-in', { auth_time: NOW_S - 5, amr: ['pwd', 'otp'], acr: 'gold' }],
  ['with empty texts', { name: '', acr: '' }],
  ['with skew of 60 s ahead', { iat: NOW_S + 60, exp: NOW_S + 660 }],
  ['expired 59 s ago', { iat: NOW_S - 659, exp: NOW_S - 59 }],
  ['of an hour', { exp: NOW_S + 3600 }],
  ['with claims of others', { azp: 'web', nonce: 'n' }],
])('a good token %s is good to both', async (_what, claims) => {
  const token = forge({ ...good, ...claims });
  expect([await askBackend(token), await askDoctor(token)]).toEqual(['good', { code: 'good', detail: '' }]);
});
