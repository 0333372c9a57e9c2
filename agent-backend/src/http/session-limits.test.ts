import { expect, test } from 'vitest';
import { AGENT, type HttpWorld, runInput } from '../../test/http-world.ts';
import { openPeople, problemOf } from '../../test/people.ts';

const LIMITED = { status: 429, code: 'rate_limited' };
const time = { now: Date.now() };
const open = (limits = {}) => openPeople({ clock: () => time.now, agent: { limits } });
const post = (world: Pick<HttpWorld, 'call'>, token: string, metadata = {}) =>
  world.call('POST', '/v1/sessions', { token, body: { metadata } });

async function countSessions(world: Pick<HttpWorld, 'call'>, token: string): Promise<number> {
  const page = await world.call('GET', '/v1/sessions?limit=100', { token });
  return ((await page.json()) as { data: unknown[] }).data.length;
}

test('an anonymous visitor begins 20 conversations at once and 60 an hour', async () => {
  const people = await open();
  const { token } = await people.mint();
  for (let made = 0; made < 20; made += 1) expect((await post(people, token)).status).toBe(201);
  const refused = await post(people, token);
  expect(refused.headers.get('retry-after')).toBe('60');
  expect(await problemOf(refused)).toEqual(LIMITED);
  expect(await countSessions(people, token)).toBe(20);
  time.now += 60_000;
  expect([(await post(people, token)).status, (await post(people, token)).status]).toEqual([201, 429]);
  await people.close();
});

test('another soft id, an ephemeral visit or another token is the same browser', async () => {
  const people = await open({ anonymousSessionBurst: 1 });
  const browser = await people.openBrowser();
  expect((await post(people, (await people.mint({}, browser)).token)).status).toBe(201);
  for (const members of [{}, { user_id: 'u_1' }, { user_id: 'u_2' }, { user_id: 'ephemeral' }]) {
    expect(await problemOf(post(people, (await people.mint(members, browser)).token))).toEqual(LIMITED);
  }
  expect((await post(people, (await people.mint({})).token)).status).toBe(201);
  await people.close();
});

test('a thread that an AG-UI client makes is a conversation, and refused it leaves no row', async () => {
  const people = await open({ anonymousSessionBurst: 2 });
  const { token } = await people.mint();
  const say = (threadId: string) => people.call('POST', `/v1/agents/${AGENT}/ag-ui`, { token, body: { ...runInput('hi'), threadId } });
  for (const thread of ['t1', 't2', 't1', 't2']) {
    const answer = await say(thread);
    expect(answer.status).toBe(200);
    await answer.text();
  }
  expect(await problemOf(say('t3'))).toEqual(LIMITED);
  expect(await countSessions(people, token)).toBe(2);
  await people.close();
});

test('whom the customer vouches for is not counted, by signature or by secret key', async () => {
  const people = await open({ anonymousSessionBurst: 1, anonymousSessionsPerHour: 1 });
  const { token } = await people.signIn(await people.openBrowser());
  for (let made = 0; made < 3; made += 1) {
    expect((await post(people, token)).status).toBe(201);
    expect((await post(people, people.secretKey, { end_user_id: 'u_1' })).status).toBe(201);
    expect((await post(people, people.secretKey, { end_user_id: 'ephemeral' })).status).toBe(201);
  }
  await people.close();
});
