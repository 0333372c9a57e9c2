import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENT, type AttackWorld, openAttackWorld, say, verdictOf } from './attack-world.ts';

/** Calls that no widget makes: methods, ids and bodies that are allowed by the letter and meant as harm. */
let world: AttackWorld;
beforeAll(async () => {
  world = await openAttackWorld({
    agent: {
      limits: { streamsPerParticipant: 4, streamsPerAddress: 20, mintsPerHour: 10_000, mintBurst: 1000, anonymousMessagesPerMinute: 5 },
    },
  });
});
afterAll(() => world.close());

async function newSession(token: string): Promise<string> {
  const made = await world.call('POST', '/v1/sessions', { token, body: { metadata: {} } });
  return ((await made.json()) as { id: string }).id;
}

test('a HEAD of an event stream holds no stream open', async () => {
  const { token } = await world.mint({});
  const path = `/v1/sessions/${await newSession(token)}/events`;
  for (let count = 0; count < 6; count += 1) expect((await world.call('HEAD', path, { token })).status).not.toBe(429);
  expect(await verdictOf(world.call('GET', path, { token }))).toBe('200');
});

test('a run that calls itself like its session does not get into the way of the session', async () => {
  const { token } = await world.mint({});
  const session = await newSession(token);
  await world.call('PATCH', `/v1/sessions/${session}`, { token, body: { title: 'Renamed' } });
  const run = world.call('POST', `/v1/sessions/${session}/runs`, { token, body: say('hello', session) });
  expect(await verdictOf(run)).toBe('422 unprocessable');
  expect(await verdictOf(world.call('PATCH', `/v1/sessions/${session}`, { token, body: { title: 'Again' } }))).toBe('200');
  expect(await verdictOf(world.call('POST', `/v1/sessions/${session}/runs`, { token, body: say('and again') }))).toBe('200');
});

test('many messages in one request count as many', async () => {
  const { token } = await world.mint({});
  const session = await newSession(token);
  const messages = Array.from({ length: 40 }, () => ({ id: randomUUID(), role: 'user', content: 'again' }));
  const post = (body: unknown) => world.call('POST', `/v1/sessions/${session}/runs`, { token, body });
  await (await post({ ...say(''), messages })).text();
  expect(await verdictOf(post(say('one more')))).toBe('429 rate_limited');
});

test('a soft id does not lift the limits of a browser, nor does another one, nor an ephemeral one', async () => {
  const browser = await world.newBrowser();
  const verdicts: string[] = [];
  for (const user_id of ['desk_11', 'desk_12', 'desk_13', 'ephemeral', 'desk_14', 'desk_15', 'desk_16']) {
    const { token } = await world.mint({ user_id }, { browser });
    const session = await newSession(token);
    verdicts.push(await verdictOf(world.call('POST', `/v1/sessions/${session}/runs`, { token, body: say('hello') })));
  }
  expect(verdicts.slice(0, 5)).toEqual(['200', '200', '200', '200', '200']);
  expect(verdicts.slice(5)).toEqual(['429 rate_limited', '429 rate_limited']);
});

test('a conversation named like something of the language is one like any other', async () => {
  for (const threadId of ['__proto__', 'constructor', 'toString']) {
    const [one, other] = [await world.mint({}), await world.mint({})];
    const post = (token: string, text: string) =>
      world.call('POST', `/v1/agents/${AGENT}/ag-ui`, { token, body: { ...say(text), threadId } });
    await (await post(one.token, 'canary of the one')).text();
    expect(await (await post(other.token, 'What was said here?')).text()).not.toContain('canary');
    expect(await verdictOf(world.call('GET', `/v1/sessions/${threadId}`, { token: one.token }))).toBe('200');
  }
});

test('a cursor of another conversation reads nothing of it', async () => {
  const [victim, thief] = [await world.mint({}), await world.mint({})];
  const theirs = await newSession(victim.token);
  const said = say('canary of the victim');
  await (await world.call('POST', `/v1/sessions/${theirs}/runs`, { token: victim.token, body: said })).text();
  const mine = await newSession(thief.token);
  for (const cursor of [`${said.runId}:0`, `${said.runId}:1`, `${theirs}:0`]) {
    const answer = await world.call('GET', `/v1/sessions/${mine}/events`, { token: thief.token, headers: { 'last-event-id': cursor } });
    const reader = answer.body?.getReader();
    let text = '';
    for (let frames = 0; frames < 2; frames += 1) text += new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    expect(text).toContain('resume_gap');
    expect(text).not.toContain('canary');
  }
  const joined = await world.call('POST', `/v1/sessions/${mine}/runs`, { token: thief.token, body: say('hello', said.runId) });
  expect(await joined.text()).not.toContain('canary of the victim');
});
