import type { Instance, MessagePage, Participant } from '@familiar/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runInput } from '../../test/http-world.ts';
import { openPeople, type People, problemOf } from '../../test/people.ts';
import type { HistoryMessage } from '../agents/agent.ts';
import { functionAgent } from '../agents/function-agent.ts';

const shown: (readonly HistoryMessage[])[] = [];
const agent = functionAgent(async function* ({ history, memory, signal }) {
  shown.push(history);
  const text = history.at(-1)?.text ?? '';
  if (text.startsWith('wait')) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  if (text.startsWith('remember ')) await memory.remember(text.slice(9));
  yield `heard ${text}`;
});

let people: People;
beforeAll(async () => {
  people = await openPeople({ agent: { agent, limits: { anonymousMessagesPerMinute: 2 } } });
});
afterAll(() => people.close());

const join = async (team: string, claims: Readonly<Record<string, unknown>>) =>
  people.signIn(await people.openBrowser(), { instance: team, ...claims });
const instanceOf = (token: string) => people.read<Instance & { readonly participant: Participant }>('/v1/instance', token);
const owner = (method: string, path: string) => people.call(method, path, { token: people.secretKey });
const messagesOf = async (session: string, token: string) =>
  (await people.read<MessagePage>(`/v1/sessions/${session}/messages`, token)).data;

async function openTeam(team: string) {
  const ann = await join(team, { sub: 'ann', name: 'Ann' });
  const session = await people.talk(ann.token, 'Ann here');
  const bea = await join(team, { sub: 'bea', name: 'Bea' });
  await people.talk(bea.token, 'Bea here', session);
  return { ann, bea, session, id: ann.instance.id };
}

test('who takes part is seen by all, with their own level and id, from the first call on', async () => {
  const { ann, bea } = await openTeam('seen');
  const reader = await join('seen', { sub: 'cy', name: 'Cy' });
  expect((await instanceOf(ann.token)).participants?.map(({ id }) => id)).toEqual(['ann', 'bea']);
  await people.read('/v1/sessions', reader.token);
  expect(await instanceOf(bea.token)).toMatchObject({
    kind: 'shared',
    name: 'seen',
    participant: { id: 'bea' },
    participants: [
      { level: 'verified', id: 'ann', name: 'Ann' },
      { level: 'verified', id: 'bea', name: 'Bea' },
      { level: 'verified', id: 'cy', name: 'Cy' },
    ],
  });
});

test('neither a mint nor a read makes a shared instance', async () => {
  const { token, instance } = await join('never-made', { sub: 'ann' });
  await people.read('/v1/sessions', token);
  expect((await instanceOf(token)).participants).toEqual([]);
  expect((await owner('GET', `/v1/instances/${instance.id}`)).status).toBe(404);
  expect(await (await owner('GET', '/v1/instances?name=never-made')).json()).toEqual({ data: [], next_cursor: null });
});

test('the author of a message is the token’s participant, whatever the body says', async () => {
  const { ann, bea, session } = await openTeam('authors');
  const input = runInput('I am Ann, honestly');
  const spoofed = {
    ...input,
    name: 'Ann',
    participant: { level: 'verified', id: 'ann' },
    forwardedProps: { user_id: 'ann', participant: { id: 'ann' } },
    state: { participant: 'ann' },
    messages: [
      { ...input.messages[0], name: 'Ann', metadata: { participant: { level: 'verified', id: 'ann', name: 'Ann' } }, participant: 'ann' },
    ],
  };
  await (await people.call('POST', `/v1/sessions/${session}/runs`, { token: bea.token, body: spoofed })).text();
  const last = (await messagesOf(session, ann.token)).findLast(({ role }) => role === 'user');
  expect(last?.participant).toEqual({ level: 'verified', id: 'bea', name: 'Bea' });
});

test('the agent is told who said what, and two of one name apart', async () => {
  const { session } = await openTeam('names');
  const other = await join('names', { sub: 'another-ann', name: 'A\u200Bnn\u202E' });
  await people.talk(other.token, 'me too', session);
  const nameless = await join('names', { sub: 'no-name' });
  await people.talk(nameless.token, 'and me', session);
  expect(
    shown
      .at(-1)
      ?.filter(({ role }) => role === 'user')
      .map(({ author }) => author),
  ).toEqual(['Ann', 'Bea', 'Ann (2)', 'participant']);
  expect(other.participant.name).toBe('Ann');
});

test('a removed participant neither reads, writes nor comes back, and their stream ends', async () => {
  const { ann, bea, session, id } = await openTeam('removal');
  const stream = await people.call('GET', `/v1/sessions/${session}/events`, { token: bea.token });
  const startedAt = performance.now();
  const path = `/v1/instances/${id}/participants/verified/bea`;
  expect((await owner('DELETE', path)).status).toBe(204);
  expect((await owner('DELETE', path)).status).toBe(204);
  const refused = { status: 403, code: 'participant_removed' };
  const { token } = bea;
  expect(await problemOf(people.call('GET', '/v1/sessions', { token }))).toEqual(refused);
  expect(await problemOf(people.call('GET', `/v1/sessions/${session}/messages`, { token }))).toEqual(refused);
  expect(await problemOf(people.call('POST', `/v1/sessions/${session}/runs`, { token, body: runInput('still here') }))).toEqual(refused);
  const again = await people.sign({ sub: 'bea', name: 'Bea', instance: 'removal' });
  expect(await problemOf(people.tryMint(await people.openBrowser(), { identity_token: again }))).toEqual(refused);
  expect((await people.signIn(await people.openBrowser(), { sub: 'bea' })).instance.kind).toBe('verified');
  await people.talk(ann.token, 'Bea is gone', session);
  // Whatever was written before the stream's next check is all that it may hold.
  await stream.text();
  expect(performance.now() - startedAt).toBeLessThan(5000);
  expect((await instanceOf(ann.token)).participants?.map(({ id }) => id)).toEqual(['ann']);
  expect((await messagesOf(session, ann.token)).map(({ content }) => content)).toContain('Bea here');
  expect((await owner('PUT', path)).status).toBe(204);
  expect((await people.call('GET', '/v1/sessions', { token })).status).toBe(200);
}, 15_000);

test('the owner removes by exact id, of any spelling, and finds the instance by its name', async () => {
  const awkward = 'a/b%2F?c#d+é'.replace('é', '~');
  const { token, instance } = await join('awkward', { sub: awkward });
  await people.newSession(token);
  const found = (await (await owner('GET', '/v1/instances?name=awkward')).json()) as { data: Instance[] };
  expect(found.data).toEqual([{ id: instance.id, kind: 'shared', name: 'awkward', participants: [{ level: 'verified', id: awkward }] }]);
  const path = (level: string, id: string) => `/v1/instances/${instance.id}/participants/${level}/${encodeURIComponent(id)}`;
  expect((await owner('DELETE', path('soft', awkward))).status).toBe(204);
  expect((await owner('DELETE', path('friend', awkward))).status).toBe(404);
  expect((await people.call('GET', '/v1/sessions', { token })).status).toBe(200);
  expect((await owner('DELETE', path('verified', awkward))).status).toBe(204);
  expect((await people.call('GET', '/v1/sessions', { token })).status).toBe(403);
  expect((await owner('DELETE', '/v1/instances/inst_unknown/participants/verified/x')).status).toBe(404);
  expect((await owner('PUT', path('verified', 'nobody'))).status).toBe(404);
});

test('a shared instance takes in nothing of anybody’s own, and gives nothing back', async () => {
  const browser = await people.openBrowser();
  const alone = await people.signIn(browser, { sub: 'private' });
  await people.talk(alone.token, 'remember my diagnosis');
  const shared = await people.signIn(browser, { sub: 'private', instance: 'office' });
  await people.talk(shared.token, 'remember the office plan');
  expect(await people.read('/v1/instance/memories', shared.token)).toMatchObject({ data: [{ text: 'the office plan' }] });
  expect(await people.read('/v1/instance/memories', alone.token)).toMatchObject({ data: [{ text: 'my diagnosis' }] });
});

test('erasing oneself in a shared instance takes one’s own words and no others', async () => {
  const { ann, bea, session } = await openTeam('erase');
  const own = await people.talk(bea.token, 'remember Bea likes tea');
  await people.talk(ann.token, 'remember Ann likes coffee', session);
  const receipt = (await (await people.call('DELETE', '/v1/instance', { token: bea.token })).json()) as { erased: unknown };
  expect(receipt.erased).toEqual({ messages: 2, events: expect.any(Number) as number, runs: 2, memories: 1, sessions: 1, participants: 1 });
  const messages = await messagesOf(session, ann.token);
  expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(messages.filter(({ role }) => role === 'user').map(({ content, participant }) => [content, participant?.id])).toEqual([
    ['Ann here', 'ann'],
    ['', undefined],
    ['remember Ann likes coffee', 'ann'],
  ]);
  expect(await people.read('/v1/instance/memories', ann.token)).toMatchObject({ data: [{ text: 'Ann likes coffee' }] });
  expect(await people.read(`/v1/sessions/${own}`, ann.token)).toMatchObject({ title: '' });
  expect((await instanceOf(ann.token)).participants?.map(({ id }) => id)).toEqual(['ann']);
});

test('erasing oneself while one’s question is being answered ends that answer, and the others go on', async () => {
  const { ann, bea, session } = await openTeam('erase-running');
  const answer = await people.call('POST', `/v1/sessions/${session}/runs`, { token: bea.token, body: runInput('wait for my secret') });
  expect((await people.call('DELETE', '/v1/instance', { token: bea.token })).status).toBe(200);
  expect(await answer.text()).toContain('"outcome":{"type":"cancelled"}');
  await people.talk(ann.token, 'Ann goes on', session);
  const messages = await messagesOf(session, ann.token);
  expect(messages.map(({ content }) => content).join()).not.toContain('secret');
  expect(
    shown
      .at(-1)
      ?.map(({ text }) => text)
      .join(),
  ).not.toContain('secret');
  expect(messages.at(-1)?.content).toBe('heard Ann goes on');
});

test('an export holds all of one’s own instance, and of a shared one only one’s own words', async () => {
  interface Export {
    readonly sessions: { readonly messages: { readonly content: string }[] }[];
    readonly memories: { readonly text: string }[];
  }
  const { ann, bea, session, id } = await openTeam('export');
  await people.talk(ann.token, 'remember Ann likes coffee', session);
  const said = (exported: Export) => exported.sessions.flatMap(({ messages }) => messages.map(({ content }) => content));
  const mine = await people.read<Export>('/v1/instance/export', bea.token);
  expect(said(mine)).toEqual(['Bea here']);
  expect(mine.memories).toEqual([]);
  const whole = (await (await owner('GET', `/v1/instances/${id}/export`)).json()) as Export;
  expect(said(whole)).toHaveLength(6);
  const alone = await people.signIn(await people.openBrowser(), { sub: 'exporter' });
  await people.talk(alone.token, 'remember one thing');
  const own = await people.read<Export>('/v1/instance/export', alone.token);
  expect(said(own)).toEqual(['remember one thing', 'heard remember one thing']);
  expect(own.memories.map(({ text }) => text)).toEqual(['one thing']);
  expect((await owner('DELETE', `/v1/instances/${alone.instance.id}`)).status).toBe(200);
  expect(said(await people.read<Export>('/v1/instance/export', alone.token))).toEqual([]);
});

test('message limits count the participant, not the instance', async () => {
  const open = await openPeople({ agent: { softInstances: true, limits: { anonymousMessagesPerMinute: 2 } } });
  const [one, other] = [await open.mint({ instance: 'lobby' }), await open.mint({ instance: 'lobby' })];
  const session = await open.talk(one.token, '1');
  await open.talk(one.token, '2', session);
  const third = open.call('POST', `/v1/sessions/${session}/runs`, { token: one.token, body: runInput('3') });
  expect(await problemOf(third)).toEqual({ status: 429, code: 'rate_limited' });
  await open.talk(other.token, 'my first', session);
  await open.close();
});
