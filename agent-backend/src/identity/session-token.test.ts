import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AGENT, minted, openWorld, OTHER_AGENT, randomSecret, type World } from '../../test/identity-world.ts';
import { deleteExpired } from '../store/sweep.ts';
import type { IdentityError } from './identity-error.ts';
import type { ParticipantPrincipal } from './principal.ts';
import { createSessionTokens } from './session-token.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

async function codeOf(token: unknown, tokens = world.sessionTokens): Promise<string> {
  return tokens.verify(token).then(
    () => 'accepted',
    (error: unknown) => (error as IdentityError).code,
  );
}

/** The session token's own payload under other hands: what only the right key and form may pass. */
function forge(claims: Record<string, unknown>, header: Record<string, unknown> = {}, secret = world.sessionSecret) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'session+jwt', kid: 's1', ...header })
    .sign(Buffer.from(secret, 'base64url'));
}

describe('a session token', () => {
  test('carries the agent, the thumbprint as cnf.jkt and fifteen minutes', async () => {
    const { token } = minted(await world.mint());
    const claims = decodeJwt(token);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'session+jwt', kid: 's1' });
    expect(claims).toMatchObject({ aud: AGENT, cnf: { jkt: world.browser.thumbprint }, bnd: 'dpop', lvl: 'anonymous' });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(900);
  });

  test('lives fifteen minutes and no second longer', async () => {
    const { token } = minted(await world.mint());
    world.time.now += 899_999;
    expect(await codeOf(token)).toBe('accepted');
    world.time.now += 1;
    expect(await codeOf(token)).toBe('session_token_expired');
  });

  test('is dead from the moment it is revoked, alone, and stays so after the sweep', async () => {
    const [mine, other] = [minted(await world.mint()).token, minted(await world.mint()).token];
    const principal = await world.sessionTokens.verify(mine);
    await world.sessionTokens.revoke(principal);
    await world.sessionTokens.revoke(principal);
    await deleteExpired(world.store, world.time.now);
    expect([await codeOf(mine), await codeOf(other)]).toEqual(['session_token_revoked', 'accepted']);
  });

  test('dies with the identity key that vouched for it, and only then', async () => {
    const verified = minted(await world.mint({ identity_token: await world.sign() })).token;
    const anonymous = minted(await world.mint()).token;
    world.revoked.add('k1');
    expect([await codeOf(verified), await codeOf(anonymous)]).toEqual(['session_token_revoked', 'accepted']);
  });

  test('dies with an identity key that is gone from the configuration', async () => {
    const verified = minted(await world.mint({ identity_token: await world.sign() })).token;
    const secrets = [{ kid: 's1', secret: world.sessionSecret }];
    const without = await createSessionTokens({ ...world, secrets, identityKeys: { find: async () => null } });
    expect(await codeOf(verified, without)).toBe('session_token_revoked');
  });

  test('made before a rotation verifies while the old secret is kept', async () => {
    const { token } = minted(await world.mint());
    const next = { kid: 's2', secret: randomSecret() };
    const both = await createSessionTokens({ ...world, secrets: [next, { kid: 's1', secret: world.sessionSecret }] });
    const after = await createSessionTokens({ ...world, secrets: [next] });
    const { agent, participant, instance, embedKey, binding, holder, identityKey } = await both.verify(token);
    const signed = await both.sign({ agent, participant, instance, embedKey, binding, holder, identityKey });
    expect(decodeProtectedHeader(signed.token).kid).toBe('s2');
    expect([await codeOf(signed.token, after), await codeOf(token, after)]).toEqual(['accepted', 'invalid_credential']);
  });
});

describe('what is not a session token', () => {
  const claimsOf = async () => decodeJwt(minted(await world.mint()).token) as Record<string, unknown>;
  test.each<[string, () => unknown]>([
    ['nothing', () => ''],
    ['null', () => null],
    ['an identity token', () => world.sign()],
    ['a proof', () => world.browser.prove()],
    ['typ JWT', async () => forge(await claimsOf(), { typ: 'JWT' })],
    ['typ identity+jwt under our own key', async () => forge(await claimsOf(), { typ: 'identity+jwt' })],
    ['another secret', async () => forge(await claimsOf(), {}, randomSecret())],
    ['an unknown kid', async () => forge(await claimsOf(), { kid: 's9' })],
    ['no kid', async () => forge(await claimsOf(), { kid: undefined })],
    ['a jku', async () => forge(await claimsOf(), { jku: 'https://evil.test' })],
    ['padding', async () => `${minted(await world.mint()).token}=`],
    [
      'a changed payload',
      async () => forge(await claimsOf()).then(async (token) => token.replace(/\.[^.]+\./, `.${Buffer.from('{}').toString('base64url')}.`)),
    ],
    ['no exp', async () => forge({ ...(await claimsOf()), exp: undefined })],
    ['an endless exp', async () => forge({ ...(await claimsOf()), exp: Number.MAX_VALUE })],
    ['no holder', async () => forge({ ...(await claimsOf()), cnf: undefined })],
    ['a holder of the other binding', async () => forge({ ...(await claimsOf()), bnd: 'bearer' })],
    ['a level of its own', async () => forge({ ...(await claimsOf()), lvl: 'admin' })],
    ['a claim of its own', async () => forge({ ...(await claimsOf()), admin: true })],
    ['an instance that is no id', async () => forge({ ...(await claimsOf()), inst: 'default' })],
  ])('%s is refused', async (_name, make) => expect(await codeOf(await make())).toBe('invalid_credential'));

  test('the forger of these tests can make one that passes', async () => {
    expect(await codeOf(await forge(await claimsOf()))).toBe('accepted');
  });
});

test('a session token is no identity token', async () => {
  const { token } = minted(await world.mint({ identity_token: await world.sign() }));
  expect(await world.mint({ identity_token: token })).toMatchObject({ kind: 'problem', code: 'token_malformed' });
});

test('a token of one agent resolves to that agent', async () => {
  const other = minted(await world.mint({ embed_key: 'pk_other', user_id: 'alice' }));
  const here = minted(await world.mint({ user_id: 'alice' }));
  const principal: ParticipantPrincipal = await world.sessionTokens.verify(other.token);
  expect(principal.agent).toBe(OTHER_AGENT);
  expect(other.instance.id).not.toBe(here.instance.id);
});

test.each([[[]], [[{ kid: 's1', secret: 'short' }]], [[{ kid: 'a b', secret: randomSecret() }]]])(
  'secrets %# are refused at start',
  async (secrets) => {
    await expect(createSessionTokens({ ...world, secrets })).rejects.toThrow(TypeError);
  },
);
