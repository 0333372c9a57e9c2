import { randomUUID } from 'node:crypto';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256Base64url } from '../identity/hash.ts';
import { createSessionTokens } from '../identity/session-token.ts';
import { StoreError } from '../store/store.ts';
import { createAuthenticate } from './authenticate.ts';
import { AGENT, ISSUER, minted, openBrowser, openWorld, ORIGIN, randomSecret, refused, type World } from '../../test/identity-world.ts';

const URL_CALLED = 'https://api.example/v1/sessions';
let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

function call(authorization: string | null, options: { origin?: string | null; proof?: string | null } = {}, by = world) {
  return by.authenticate({ method: 'GET', url: URL_CALLED, authorization, origin: ORIGIN, proof: null, ...options });
}

async function codeOf(...args: Parameters<typeof call>): Promise<string> {
  const result = await call(...args);
  return result.kind === 'problem' ? result.code : result.kind;
}

describe('each kind of credential where another belongs', () => {
  const foreign = async () =>
    new SignJWT({ sub: 'alice', aud: AGENT, iss: ISSUER, iat: 0, exp: 1, jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'session+jwt' })
      .sign((await generateKeyPair('ES256')).privateKey);
  // What each credential is worth: as bearer of a call, as identity_token, as anonymous_secret, as proof of a mint.
  test.each<[name: string, make: () => unknown, ...worth: [bearer: string, identity: string, secret: string, proof: string]]>([
    ['a session token', async () => minted(await world.mint()).token, 'participant', 'token_malformed', 'malformed_body', 'invalid_proof'],
    ['an identity token', () => world.sign(), 'invalid_credential', 'minted', 'malformed_body', 'invalid_proof'],
    ['a proof', () => world.browser.prove(), 'invalid_credential', 'token_malformed', 'malformed_body', 'minted'],
    ['an anonymous secret', () => randomSecret(), 'invalid_credential', 'token_malformed', 'minted', 'invalid_proof'],
    ['a secret key', () => world.serverSecret, 'server', 'token_malformed', 'malformed_body', 'invalid_proof'],
    ['an embed key', () => 'pk_helper', 'invalid_credential', 'token_malformed', 'malformed_body', 'invalid_proof'],
    ['a thumbprint', () => world.browser.thumbprint, 'invalid_credential', 'token_malformed', 'minted', 'invalid_proof'],
    [
      'an anonymous id',
      () => `anon_${world.browser.thumbprint}`,
      'invalid_credential',
      'token_malformed',
      'malformed_body',
      'invalid_proof',
    ],
    [
      'a session token by an identity key',
      () => world.sign({}, { typ: 'session+jwt' }),
      'invalid_credential',
      'token_malformed',
      'malformed_body',
      'invalid_proof',
    ],
    ['a session token by a stranger', foreign, 'invalid_credential', 'token_malformed', 'malformed_body', 'invalid_proof'],
  ])('%s', async (_name, make, ...worth) => {
    const outcome = async (result: ReturnType<World['mint']>) => ((await result).kind === 'minted' ? 'minted' : refused(await result));
    const actual = [
      await codeOf(`Bearer ${String(await make())}`),
      await outcome(world.mint({ identity_token: await make() })),
      await outcome(world.mint({ anonymous_secret: await make() })),
      await outcome(world.mint({}, { proof: String(await make()) })),
    ];
    expect(actual).toEqual(worth);
  });

  test('knowing the thumbprint opens nothing: as a secret it is somebody else', async () => {
    const mine = minted(await world.mint());
    const thief = minted(await world.mint({ anonymous_secret: world.browser.thumbprint }));
    expect(thief.instance.id).not.toBe(mine.instance.id);
  });
});

describe('the header', () => {
  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'DPoP abc',
    'abc',
    'Bearer a b',
    'Bearer a, Bearer b',
    'Bearer null',
    'Bearer sk_unknown',
  ])('%j is refused', async (header) => {
    expect(await codeOf(header)).toBe('invalid_credential');
  });
  test('none is a missing credential', async () => expect(await codeOf(null)).toBe('missing_credential'));
  test('the scheme is read in any case', async () =>
    expect(await codeOf(`bearer ${minted(await world.mint()).token}`)).toBe('participant'));
  test('a secret key names its agent', async () => {
    expect(await call(`Bearer ${world.serverSecret}`)).toEqual({ kind: 'server', agent: AGENT, keyName: 'shop' });
  });
});

test('a session token works from the origins of its embed key, and without a browser', async () => {
  const authorization = `Bearer ${minted(await world.mint()).token}`;
  expect(await codeOf(authorization, { origin: null })).toBe('participant');
  for (const origin of ['https://evil.test', 'null', '', 'http://shop.example'])
    expect(await codeOf(authorization, { origin })).toBe('origin_not_allowed');
});

test('a session token dies with its embed key', async () => {
  const current = await world.sessionTokens.verify(minted(await world.mint()).token);
  for (const embedKey of ['pk_disabled', 'pk_gone', 'pk_other']) {
    const { token } = await world.sessionTokens.sign({ ...current, embedKey });
    expect(await codeOf(`Bearer ${token}`)).toBe('embed_key_disabled');
  }
});

test('with the store away identity fails closed', async () => {
  const authorization = `Bearer ${minted(await world.mint()).token}`;
  const away = await openWorld();
  await away.store.close();
  await expect(away.mint()).rejects.toThrow(StoreError);
  const sessionTokens = await createSessionTokens({ ...world, store: away.store, secrets: [{ kid: 's1', secret: world.sessionSecret }] });
  const authenticate = createAuthenticate({ ...world, sessionTokens });
  await expect(authenticate({ method: 'GET', url: URL_CALLED, authorization, origin: null, proof: null })).rejects.toThrow(StoreError);
  await away.close();
});

test('no refusal repeats the credential', async () => {
  for (const token of [await world.sign(), `sk_${randomSecret()}`, randomSecret()]) {
    expect(JSON.stringify(await call(`Bearer ${token}`))).not.toContain(token.slice(0, 16));
  }
});

describe('strictBinding', () => {
  let strict: World;
  beforeEach(async () => {
    strict = await openWorld({ embedKey: { strictBinding: true } });
  });
  afterEach(() => strict.close());
  const prove = (token: string, by = strict.browser) => by.prove({ htm: 'GET', htu: URL_CALLED, ath: sha256Base64url(token) });

  test('every call is proven with the key of the token', async () => {
    const { token } = minted(await strict.mint());
    const authorization = `Bearer ${token}`;
    expect(await codeOf(authorization, { proof: await prove(token) }, strict)).toBe('participant');
    expect(await codeOf(authorization, {}, strict)).toBe('invalid_proof');
    expect(await codeOf(authorization, { proof: await prove('another token') }, strict)).toBe('invalid_proof');
    expect(await codeOf(authorization, { proof: await prove(token, await openBrowser(strict.clock)) }, strict)).toBe('invalid_proof');
    expect(await codeOf(authorization, { proof: await strict.browser.prove() }, strict)).toBe('invalid_proof');
  });

  test('there is no bearer ladder', async () => {
    expect(refused(await strict.mint({ anonymous_secret: randomSecret() }))).toBe('invalid_proof');
  });
});

describe('minLevel', () => {
  const worlds: World[] = [];
  afterAll(() => Promise.all(worlds.map((opened) => opened.close())));
  test.each([
    ['soft', ['identity_required', 'soft', 'verified', 'identity_required']],
    ['verified', ['identity_required', 'identity_required', 'verified', 'identity_required']],
  ] as const)('%s', async (minLevel, expected) => {
    const opened = await openWorld({ embedKey: { minLevel } });
    worlds.push(opened);
    const bodies = [{}, { user_id: 'u_1' }, { identity_token: await opened.sign() }, { user_id: 'ephemeral' }];
    const results = [];
    for (const body of bodies) results.push(await opened.mint(body));
    expect(results.map((result) => (result.kind === 'minted' ? result.response.level : result.code))).toEqual(expected);
  });
});
