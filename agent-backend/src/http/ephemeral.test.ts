import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runInput } from '../../test/http-world.ts';
import { openPeople, type People, problemOf } from '../../test/people.ts';
import { functionAgent } from '../agents/function-agent.ts';

/** Waits for its turn where it is told to; remembers every message and says all that it knows. */
let release = (): void => undefined;
const agent = functionAgent(async function* ({ history, memory }) {
  const text = history.at(-1)?.text ?? '';
  if (text.startsWith('wait')) {
    yield 'wait a moment';
    await new Promise<void>((resolve) => (release = resolve));
  }
  await memory.remember(text);
  const facts = await memory.list();
  yield [...history.map((message) => message.text), ...facts.map((fact) => fact.text)].join(' ');
});

let people: People;
beforeAll(async () => {
  people = await openPeople({ agent: { agent } });
});
afterAll(() => people.close());

/** Everything that the store's files hold, and every table as text. */
function readEverything(): { files: string; rows: string } {
  const files = readdirSync(people.dataDir)
    .map((name) => readFileSync(join(people.dataDir, name), 'latin1'))
    .join('\n');
  const db = new DatabaseSync(join(people.dataDir, 'familiar.db'), { readOnly: true });
  const tables = db.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
  const rows = tables.map(({ name }) => JSON.stringify(db.prepare(`SELECT * FROM ${String(name)}`).all())).join('\n');
  db.close();
  return { files, rows };
}

test('50 ephemeral visitors at once never meet, and after the end no word of theirs is in the store', async () => {
  const ends = ['session', 'instance', 'logout'] as const;
  const visitors = await Promise.all(
    Array.from({ length: 50 }, async (_, n) => {
      const { token, instance } = await people.mint({ user_id: n % 2 === 0 ? 'ephemeral' : 'ephemeral:kiosk' });
      const session = await people.newSession(token);
      const canary = `canary${randomUUID().replaceAll('-', '')}`;
      const answer = await people.call('POST', `/v1/sessions/${session}/runs`, { token, body: runInput(canary) });
      return { token, session, canary, instance, end: ends[n % 3], heard: await answer.text() };
    }),
  );
  for (const { canary, heard } of visitors)
    expect(visitors.filter((other) => heard.includes(other.canary)).map((other) => other.canary)).toEqual([canary]);
  expect(new Set(visitors.map(({ instance }) => instance.id)).size).toBe(50);
  expect(visitors.every(({ canary }) => readEverything().rows.includes(canary))).toBe(true);
  await Promise.all(
    visitors.map(async ({ token, session, end }) => {
      const path = { session: `/v1/sessions/${session}`, instance: '/v1/instance', logout: '/v1/embed/session-tokens/current' }[
        end ?? 'session'
      ];
      expect((await people.call('DELETE', path, { token })).ok).toBe(true);
    }),
  );
  const { files, rows } = readEverything();
  for (const { canary, session } of visitors) {
    expect(files.includes(canary) || files.includes(session)).toBe(false);
    expect(rows.includes(canary) || rows.includes(session)).toBe(false);
  }
}, 30_000);

test('an ended session’s token opens and makes nothing, and its renewal starts afresh', async () => {
  const browser = await people.openBrowser();
  const { token, instance } = await people.mint({ user_id: 'ephemeral' }, browser);
  const canary = `canary${randomUUID()}`;
  const session = await people.talk(token, canary);
  expect(readEverything().files).toContain(canary);
  expect((await people.call('DELETE', `/v1/sessions/${session}`, { token })).status).toBe(204);
  expect(readEverything().files.includes(canary)).toBe(false);
  const refused = { status: 401, code: 'session_token_revoked' };
  expect(await problemOf(people.call('GET', '/v1/sessions', { token }))).toEqual(refused);
  expect(await problemOf(people.call('POST', '/v1/sessions', { token, body: {} }))).toEqual(refused);
  const next = (await (await people.tryMint(browser, { user_id: 'ephemeral' }, token)).json()) as typeof people & {
    instance: { id: string };
  };
  expect(next.instance.id).not.toBe(instance.id);
});

test('closing the page before anything was said ends the token too', async () => {
  const { token } = await people.mint({ user_id: 'ephemeral' });
  expect((await people.call('DELETE', '/v1/instance', { token })).status).toBe(200);
  expect(await problemOf(people.call('POST', '/v1/sessions', { token, body: {} }))).toEqual({ status: 401, code: 'session_token_revoked' });
});

test('a new conversation ends the one before it, with what was learnt in it', async () => {
  const { token } = await people.mint({ user_id: 'ephemeral' });
  const first = await people.talk(token, 'the first visitor likes tea');
  const second = await people.newSession(token);
  expect((await people.call('GET', `/v1/sessions/${first}`, { token })).status).toBe(404);
  const answer = await people.call('POST', `/v1/sessions/${second}/runs`, { token, body: runInput('hello') });
  expect(await answer.text()).not.toContain('tea');
});

test('ending it while an answer streams writes nothing afterwards, and ends the stream', async () => {
  const { token } = await people.mint({ user_id: 'ephemeral' });
  const session = await people.newSession(token);
  const canary = `wait${randomUUID()}`;
  const answer = await people.call('POST', `/v1/sessions/${session}/runs`, { token, body: runInput(canary) });
  const reader = (answer.body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream()).getReader();
  let heard = '';
  while (!heard.includes('wait a moment')) heard += (await reader.read()).value ?? '';
  expect((await people.call('DELETE', '/v1/instance', { token })).status).toBe(200);
  release();
  for (let next = await reader.read(); !next.done; next = await reader.read()) heard += next.value;
  expect(heard).not.toContain('RUN_FINISHED');
  expect(heard).not.toContain(`${canary} ${canary}`);
  const { files, rows } = readEverything();
  expect(rows.includes(canary) || rows.includes(session)).toBe(false);
  expect(files.includes(canary)).toBe(false);
}, 15_000);

test('logout of any other visitor erases nothing', async () => {
  const browser = await people.openBrowser();
  const { token } = await people.mint({}, browser);
  const session = await people.talk(token, 'keep this');
  expect((await people.call('DELETE', '/v1/embed/session-tokens/current', { token })).status).toBe(204);
  const back = await people.mint({}, browser);
  expect((await people.call('GET', `/v1/sessions/${session}`, { token: back.token })).status).toBe(200);
});

test('a server’s ephemeral users are one instance each, which ends with the session', async () => {
  const token = people.secretKey;
  const make = async () => {
    const made = await people.call('POST', '/v1/sessions', { token, body: { metadata: { end_user_id: 'ephemeral:visitor' } } });
    return (await made.json()) as { id: string; instance: { id: string } };
  };
  const [one, other] = [await make(), await make()];
  expect(one.instance.id).not.toBe(other.instance.id);
  const path = `/v1/sessions/${one.id}?instance_id=${one.instance.id}`;
  expect((await people.call('DELETE', path, { token })).status).toBe(204);
  expect((await people.call('GET', path, { token })).status).toBe(404);
  expect((await people.call('GET', `/v1/sessions/${other.id}?instance_id=${other.instance.id}`, { token })).status).toBe(200);
});
