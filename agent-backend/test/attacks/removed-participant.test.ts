import { randomUUID } from 'node:crypto';
import type { MemoryFact, MessagePage, Page, Session } from '@familiar/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionAgent } from '../../src/agents/function-agent.ts';
import { runInput } from '../http-world.ts';
import { openPeople, type People, problemOf } from '../people.ts';

const agent = functionAgent(async function* ({ history, memory }) {
  await memory.remember(history.at(-1)?.text ?? '');
  yield 'Noted.';
});

let people: People;
beforeAll(async () => {
  people = await openPeople({ agent: { agent } });
});
afterAll(() => people.close());

test('whoever was removed from a shared instance changes and deletes nothing of it, though those who are in may', async () => {
  const join = async (sub: string) => (await people.signIn(await people.openBrowser(), { sub, instance: 'team' })).token;
  const [ann, bea] = [await join('ann'), await join('bea')];
  const session = await people.talk(ann, 'The door code is green');
  await people.talk(bea, 'Bea was here', session);
  const [fact] = (await people.read<Page<MemoryFact>>('/v1/instance/memories', bea)).data;
  const id = (await people.read<{ readonly id: string }>('/v1/instance', ann)).id;
  const removal = `/v1/instances/${id}/participants/verified/bea`;
  expect((await people.call('DELETE', removal, { token: people.secretKey })).status).toBe(204);
  const before = await people.read<MessagePage>(`/v1/sessions/${session}/messages`, ann);
  const tries: readonly [method: string, path: string, body?: unknown][] = [
    ['DELETE', `/v1/sessions/${session}`],
    ['PATCH', `/v1/sessions/${session}`, { title: 'Mine now' }],
    ['POST', `/v1/sessions/${session}/runs/${randomUUID()}/cancel`],
    ['POST', `/v1/sessions/${session}/runs`, runInput('Still here')],
    ['GET', `/v1/sessions/${session}/events`],
    ['POST', '/v1/sessions', { metadata: {} }],
    ['DELETE', `/v1/instance/memories/${fact?.id}`],
    ['GET', '/v1/instance/memories'],
    ['GET', '/v1/instance/export'],
    ['DELETE', '/v1/instance'],
  ];
  for (const [method, path, body] of tries) {
    const answer = people.call(method, path, { token: bea, body });
    expect(await problemOf(answer), `${method} ${path}`).toEqual({ status: 403, code: 'participant_removed' });
  }
  expect(await people.read<MessagePage>(`/v1/sessions/${session}/messages`, ann)).toEqual(before);
  expect((await people.read<Page<Session>>('/v1/sessions', ann)).data).toHaveLength(1);
  expect((await people.read<Page<MemoryFact>>('/v1/instance/memories', ann)).data.map((kept) => kept.id)).toContain(fact?.id);
  const cy = await join('cy');
  expect((await people.call('DELETE', `/v1/instance/memories/${fact?.id}`, { token: cy })).status).toBe(204);
  expect((await people.call('DELETE', `/v1/sessions/${session}`, { token: cy })).status).toBe(204);
});
