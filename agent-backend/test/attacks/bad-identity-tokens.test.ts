import { createHmac, randomBytes, randomUUID, sign as signRaw } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENT, type AttackWorld, type Members, openAttackWorld, OTHER_AGENT, verdictOf } from './attack-world.ts';

/** R6 over HTTP: forty tokens, and more, that must give no session of any level and write no row of any table. */
let world: AttackWorld;
beforeAll(async () => {
  world = await openAttackWorld();
});
afterAll(() => world.close());

const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1000);

/** The good one, of which each attack changes one thing. */
function payload(claims: Members = {}): Members {
  const iat = now();
  return { sub: 'alice', aud: AGENT, iss: 'acme', iat, exp: iat + 600, jti: randomUUID(), ...claims };
}

/** Rightly signed, whatever header and payload are: text is taken as it stands. */
function forge(header: unknown = {}, body: unknown = payload()): string {
  const good = { alg: 'ES256', kid: 'k1', typ: 'identity+jwt' };
  const input = `${encode(typeof header === 'string' ? header : { ...good, ...(header as Members) })}.${encode(body)}`;
  const signature = signRaw('sha256', Buffer.from(input), { key: world.signer.privateKey as never, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

async function signElsewhere(header: Members = {}): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = header['jwk'] === undefined ? {} : { jwk: await exportJWK(publicKey) };
  return new SignJWT(payload()).setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'identity+jwt', ...header, ...jwk }).sign(privateKey);
}

/** The public key as an HMAC secret: the oldest trick there is. */
async function hmacWithPublicKey(): Promise<string> {
  const jwk = JSON.stringify(await exportJWK(world.signer.publicKey));
  const input = `${encode({ alg: 'HS256', kid: 'k1', typ: 'identity+jwt' })}.${encode(payload())}`;
  return `${input}.${createHmac('sha256', jwk).update(input).digest('base64url')}`;
}

const lessThan = (claims: Members, name: string): Members => Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
const swapSignature = (token: string, signature: string): string => `${token.split('.').slice(0, 2).join('.')}.${signature}`;

const BAD: Readonly<Record<string, () => unknown>> = {
  'alg none': () => swapSignature(forge({ alg: 'none' }), ''),
  'alg none with a signature': () => forge({ alg: 'none' }),
  'alg None': () => forge({ alg: 'None' }),
  'alg as a list': () => forge({ alg: ['ES256'] }),
  'alg missing': () => forge('{"kid":"k1","typ":"identity+jwt"}'),
  'alg of another key': () => forge({ alg: 'RS256' }),
  'the public key as HS256 secret': hmacWithPublicKey,
  'another key under this kid': () => signElsewhere(),
  'its own key in the header': () => signElsewhere({ jwk: true }),
  'a key address in the header': () => forge({ jku: 'https://evil.example/jwks.json' }),
  'a certificate chain in the header': () => forge({ x5c: ['AAAA'] }),
  'an unknown kid': () => forge({ kid: 'k2' }),
  'kid __proto__': () => forge({ kid: '__proto__' }),
  'kid constructor': () => forge({ kid: 'constructor' }),
  'kid as a path': () => forge({ kid: '../../dev/null' }),
  'kid as SQL': () => forge({ kid: "k1' OR '1'='1" }),
  'kid missing': () => forge('{"alg":"ES256","typ":"identity+jwt"}'),
  'a critical extension': () => forge({ crit: ['b64'], b64: false }),
  'typ JWT': () => forge({ typ: 'JWT' }),
  'typ of a session token': () => forge({ typ: 'session+jwt' }),
  'typ of a proof': () => forge({ typ: 'dpop+jwt' }),
  'a doubled header key': () => forge('{"alg":"none","alg":"ES256","kid":"k1","typ":"identity+jwt"}'),
  'a doubled sub': () => forge({}, JSON.stringify(payload()).replace('{', '{"sub":"root",')),
  'a doubled sub, one escaped': () => forge({}, JSON.stringify(payload()).replace('{', '{"\\u0073ub":"root",')),
  'no signature': () => swapSignature(forge(), ''),
  'a changed payload': () => forge().replace(/\.[^.]+\./, `.${encode(payload({ sub: 'root' }))}.`),
  'a padded signature': () => `${forge()}=`,
  'a space before it': () => ` ${forge()}`,
  'a line break behind it': () => `${forge()}\n`,
  'four parts': () => `${forge()}.AAAA`,
  'a payload that is a list': () => forge({}, [payload()]),
  'a payload that is not UTF-8': () => {
    const [head = ''] = forge().split('.');
    return swapSignature(`${head}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.`, forge().split('.')[2] ?? '');
  },
  expired: () => forge({}, payload({ iat: now() - 4000, exp: now() - 600 })),
  'from tomorrow': () => forge({}, payload({ iat: now() + 86_400, exp: now() + 86_900 })),
  'for a day': () => forge({}, payload({ exp: now() + 86_400 })),
  'for ever': () => forge({}, JSON.stringify(payload()).replace(/"exp":\d+/, '"exp":1e400')),
  'exp missing': () => forge({}, lessThan(payload(), 'exp')),
  'exp as text': () => forge({}, payload({ exp: String(now() + 600) })),
  'iat missing': () => forge({}, lessThan(payload(), 'iat')),
  'jti missing': () => forge({}, lessThan(payload(), 'jti')),
  'aud of the other agent': () => forge({}, payload({ aud: OTHER_AGENT })),
  'aud as a list with the agent': () => forge({}, payload({ aud: [AGENT] })),
  'aud missing': () => forge({}, lessThan(payload(), 'aud')),
  'iss of somebody else': () => forge({}, payload({ iss: 'evil' })),
  'sub missing': () => forge({}, lessThan(payload(), 'sub')),
  'sub empty': () => forge({}, payload({ sub: '' })),
  'sub a number': () => forge({}, payload({ sub: 42 })),
  'sub an object': () => forge({}, payload({ sub: { toString: 'alice' } })),
  'sub undefined': () => forge({}, payload({ sub: 'undefined' })),
  'sub with a NUL': () => forge({}, payload({ sub: 'alice\u0000' })),
  'sub that says a level': () => forge({}, payload({ sub: 'anon_alice' })),
  'sub ephemeral': () => forge({}, payload({ sub: 'Ephemeral' })),
  'instance that is no id': () => forge({}, payload({ instance: '' })),
  'too long': () => forge({}, payload({ attributes: { text: 'x'.repeat(5000) } })),
  'a session token': async () => (await world.signIn('mallory')).token,
  'random bytes': () => randomBytes(300).toString('base64url'),
  'an empty text': () => '',
  null: () => null,
  'a number': () => 7,
  'an object': () => ({ sub: 'alice' }),
  'a list with a good one': () => [forge()],
  true: () => true,
};

test.each(Object.entries(BAD))('%s gives no session of any level and writes nothing', async (_, make) => {
  const [identity_token, browser] = await Promise.all([make(), world.newBrowser()]);
  const before = world.countRows();
  // With a soft id, a named instance and without: none of them is a way down.
  for (const besides of [{}, { user_id: 'alice' }, { instance: 'team' }]) {
    expect(await verdictOf(world.tryMint(browser, { identity_token, ...besides }))).toMatch(/^401 token_/);
  }
  expect(world.countRows()).toEqual(before);
});

test('and the token of which they were made is a good one', async () => {
  expect(Object.keys(BAD).length).toBeGreaterThanOrEqual(40);
  expect(await verdictOf(world.tryMint(await world.newBrowser(), { identity_token: forge() }))).toBe('200');
  expect(world.countRows()).toMatchObject({ token_bindings: 2 });
});
