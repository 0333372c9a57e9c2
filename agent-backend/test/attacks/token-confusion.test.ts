import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AGENT, type AttackWorld, MINT_PATH, openAttackWorld, ORIGIN, OTHER_AGENT, say, verdictOf } from './attack-world.ts';

/** Each kind of token, key and id in the place of another: of another agent, of another backend, of another kind. */
let world: AttackWorld;
let elsewhere: AttackWorld;
beforeAll(async () => {
  [world, elsewhere] = await Promise.all([openAttackWorld(), openAttackWorld()]);
});
afterAll(async () => {
  await Promise.all([world.close(), elsewhere.close()]);
});

describe('an identity token', () => {
  test('for one agent opens nothing at the other, by either embed key', async () => {
    const { doors, newBrowser, tryMint, sign } = world;
    const pairs = [
      [AGENT, doors.other],
      [OTHER_AGENT, doors.helper],
    ] as const;
    for (const [aud, door] of pairs) {
      expect(await verdictOf(tryMint(await newBrowser(), { identity_token: await sign({ aud }) }, door))).toBe('401 token_wrong_audience');
    }
  });

  test.each([
    ['both agents', [AGENT, OTHER_AGENT]],
    ['the organisation', 'acme'],
    ['the agent in capitals', 'ACME/helper'],
    ['the agent and a slash', 'acme/helper/'],
    ['the agent and a space', 'acme/helper '],
    ['the agent as an address', 'https://api.example/acme/helper'],
    ['everybody', '*'],
  ])('for %s is for no agent', async (_, aud) => {
    expect(await verdictOf(world.tryMint(await world.newBrowser(), { identity_token: await world.sign({ aud }) }))).toBe(
      '401 token_wrong_audience',
    );
  });

  test('of a customer of another backend is signed by nobody here', async () => {
    const token = await elsewhere.sign();
    expect(await verdictOf(world.tryMint(await world.newBrowser(), { identity_token: token }))).toBe('401 token_bad_signature');
  });
});

describe('a session token', () => {
  test('of the other agent reads nothing, not even by the right ids', async () => {
    const { token } = await world.signIn('alice');
    const { id } = (await (await world.call('POST', '/v1/sessions', { token, body: { metadata: {} } })).json()) as { id: string };
    const other = (await world.signIn('alice', world.doors.other)).token;
    expect(await verdictOf(world.call('GET', `/v1/sessions/${id}`, { token: other }))).toBe('404 not_found');
    const input = { ...say('hello'), threadId: id };
    expect(await verdictOf(world.call('POST', `/v1/agents/${AGENT}/ag-ui`, { token: other, body: input }))).toBe('404 not_found');
    expect(await verdictOf(world.call('POST', `/v1/agents/${OTHER_AGENT}/ag-ui`, { token, body: input }))).toBe('404 not_found');
  });

  test('of another backend is no credential, for no call', async () => {
    const { token } = await elsewhere.signIn('alice');
    for (const path of ['/v1/sessions', '/v1/instance', '/v1/instance/export', '/v1/identity-keys', '/v1/instances?name=team']) {
      expect(await verdictOf(world.call('GET', path, { token })), path).toBe('401 invalid_credential');
    }
  });

  test.each(['the other agent', 'another visitor', 'another backend'])('of %s, shown at a mint, goes on with nothing', async (whose) => {
    const { doors } = world;
    const browser = await world.newBrowser();
    const old = {
      'the other agent': () => world.mint({ user_id: 'ephemeral' }, { browser, door: doors.other }),
      'another visitor': () => world.mint({ user_id: 'ephemeral' }),
      'another backend': () => elsewhere.mint({ user_id: 'ephemeral' }, { browser }),
    }[whose];
    const { token, instance } = (await old?.()) ?? { token: '', instance: { id: '' } };
    const answer = await world.call('POST', MINT_PATH, {
      token,
      body: { embed_key: doors.helper.embedKey, user_id: 'ephemeral' },
      headers: { origin: ORIGIN, dpop: await browser.prove() },
    });
    expect(answer.status).toBe(200);
    expect(((await answer.json()) as { instance: { id: string } }).instance.id).not.toBe(instance.id);
  });
});

describe('in the place of another kind', () => {
  test('no key and no token is taken as the bearer of a call', async () => {
    const browser = await world.newBrowser();
    const { participant, instance } = await world.mint({}, { browser });
    const wrong = [world.doors.helper.embedKey, await world.sign(), await browser.prove(), participant.id, instance.id, browser.thumbprint];
    for (const token of wrong) expect(await verdictOf(world.call('GET', '/v1/sessions', { token }))).toBe('401 invalid_credential');
  });

  test('a secret key is no embed key, no identity token, and nothing for a page', async () => {
    const { secretKey, embedKey } = world.doors.helper;
    const headers = { origin: ORIGIN, dpop: await (await world.newBrowser()).prove() };
    expect(await verdictOf(world.call('POST', MINT_PATH, { body: { embed_key: secretKey }, headers }))).toBe('401 unknown_embed_key');
    const body = { embed_key: embedKey, identity_token: secretKey };
    expect(await verdictOf(world.call('POST', MINT_PATH, { body, headers }))).toBe('401 token_malformed');
    const inPage = world.call('GET', '/v1/sessions?end_user_id=alice', { token: secretKey, headers: { origin: ORIGIN } });
    expect(await verdictOf(inPage)).toBe('403 origin_not_allowed');
  });

  test("the other agent's secret key names the users of its own agent alone", async () => {
    const { token } = await world.signIn('carol');
    await world.call('POST', '/v1/sessions', { token, body: { metadata: {}, title: 'Of carol alone' } });
    const list = async (secret: string) => (await world.call('GET', '/v1/sessions?end_user_id=carol', { token: secret })).text();
    expect(await list(world.doors.other.secretKey)).not.toContain('Of carol alone');
    expect(await list(world.doors.helper.secretKey)).toContain('Of carol alone');
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('the embed key, agent and kid %s are not there', async (name) => {
    const headers = { origin: ORIGIN, dpop: await (await world.newBrowser()).prove() };
    expect(await verdictOf(world.call('POST', MINT_PATH, { body: { embed_key: name }, headers }))).toBe('401 unknown_embed_key');
    expect(await verdictOf(world.call('GET', `/v1/embed/config?embed_key=${name}`))).toBe('401 unknown_embed_key');
    const token = world.doors.helper.secretKey;
    expect(await verdictOf(world.call('GET', `/v1/identity-keys/${name}/audit`, { token }))).toBe('404 not_found');
    const identity_token = await world.sign({}, { kid: name });
    expect(await verdictOf(world.tryMint(await world.newBrowser(), { identity_token }))).toBe('401 token_unknown_key');
  });
});

test('who one is stands in the token alone: no member of a body, header or address changes it', async () => {
  const { token } = await world.mint({ user_id: 'mallory_1' });
  const victim = (await world.signIn('victim_1')).participant.id;
  const forged = { end_user_id: victim };
  expect(await verdictOf(world.call('POST', '/v1/sessions', { token, body: { metadata: forged } }))).toBe('403 identity_mismatch');
  const made = await world.call('POST', '/v1/sessions', { token, body: { metadata: { level: 'verified', instance: victim } } });
  const { id } = (await made.json()) as { id: string };
  const user = {
    id: crypto.randomUUID(),
    role: 'user',
    content: 'It is me.',
    name: victim,
    metadata: { participant: { level: 'verified', id: victim } },
  };
  const input = { ...say(''), messages: [user], forwardedProps: { user_id: victim, level: 'verified' }, state: { participant: victim } };
  const headers = { 'x-user-id': victim, 'x-forwarded-user': victim, cookie: `user=${victim}` };
  await (
    await world.call('POST', `/v1/sessions/${id}/runs?user_id=${victim}&end_user_id=${victim}`, { token, body: input, headers })
  ).text();
  const read = await (await world.call('GET', `/v1/sessions/${id}/messages`, { token })).json();
  expect(read).toMatchObject({ data: [{ participant: { level: 'soft', id: 'mallory_1' } }, {}] });
  expect(JSON.stringify(read)).not.toContain(victim);
});
