import type { Participant } from '@familiar/protocol';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeStores } from '../../test/describe-stores.ts';
import type { Scope } from '../identity/principal.ts';
import type { Store } from '../store/store.ts';
import {
  appendMessage,
  createSession,
  deleteSession,
  eraseInstance,
  getInstance,
  getSession,
  lastEventId,
  listIdleInstances,
  listMessages,
  listSessions,
  renameSession,
} from './index.ts';

const ADA: Participant = { level: 'verified', id: 'ada', name: 'Ada' };
const NOW = Date.UTC(2030, 0, 1);
let scopes = 0;

function makeScope(): Scope {
  scopes += 1;
  return { agent: 'acme/shop', instance: `inst_${scopes}` };
}

describeStores('sessions', (store) => {
  const create = (scope: Scope, id: string, now = NOW) =>
    store.transaction((tx) => createSession(tx, scope, { id, kind: 'verified', metadata: {}, now }));
  const send = (scope: Scope, session: string, message: { readonly id: string; readonly content: string }) =>
    store.transaction((tx) => appendMessage(tx, scope, { ...message, session, role: 'user', participant: ADA, now: NOW + 1 }));
  const say = (scope: Scope, session: string, content: string) => send(scope, session, { id: `msg_${content}`, content });

  test('a new session is there with its metadata, its instance and a place to go on from', async () => {
    const scope = makeScope();
    const metadata = { plan: 'pro', deep: { a: [1, null, 'é\0'] } };
    const made = await store.transaction((tx) => createSession(tx, scope, { kind: 'shared', instanceName: 'team', metadata, now: NOW }));
    expect(made).toEqual({
      id: expect.stringMatching(/^sess_[0-9a-f-]{36}$/) as string,
      instance: { id: scope.instance, kind: 'shared', name: 'team' },
      title: '',
      metadata,
      created_at: '2030-01-01T00:00:00.000Z',
      updated_at: '2030-01-01T00:00:00.000Z',
      message_count: 0,
      active_run: null,
      last_event_id: `${made.id}:0`,
    });
    expect(await getSession(store, scope, made.id)).toEqual(made);
    expect(await getInstance(store, scope)).toEqual(made.instance);
  });

  test('reading creates nothing', async () => {
    const scope = makeScope();
    expect(await getSession(store, scope, 's')).toBeNull();
    expect(await listSessions(store, scope, {})).toEqual({ data: [], next_cursor: null });
    expect(await listMessages(store, scope, { session: 's' })).toBeNull();
    expect(await lastEventId(store, scope, 's')).toBeNull();
    expect(await say(scope, 's', 'hello')).toBeNull();
    expect(await renameSession(store, scope, { session: 's', title: 't' })).toBeNull();
    expect(await store.transaction((tx) => deleteSession(tx, scope, { session: 's' }))).toBe(false);
    expect(await getInstance(store, scope)).toBeNull();
  });

  test('an id that exists gives the stored session, with what it holds', async () => {
    const scope = makeScope();
    await create(scope, 's');
    await say(scope, 's', 'hello');
    const again = await Promise.all([create(scope, 's', NOW + 5), create(scope, 's', NOW + 6)]);
    for (const session of again)
      expect(session).toMatchObject({ message_count: 1, title: 'hello', created_at: '2030-01-01T00:00:00.000Z' });
  });

  test('the first words of the visitor are the title, until it is renamed', async () => {
    const scope = makeScope();
    await create(scope, 's');
    await say(scope, 's', '  How do I send back  a pair of boots that I bought three weeks ago, without the box?');
    expect((await getSession(store, scope, 's'))?.title).toBe('How do I send back a pair of boots that I bought three…');
    expect((await renameSession(store, scope, { session: 's', title: 'Boots' }))?.title).toBe('Boots');
    await say(scope, 's', 'And socks?');
    expect((await getSession(store, scope, 's'))?.title).toBe('Boots');
  });

  test('what the agent says is nobody’s, and titles nothing', async () => {
    const scope = makeScope();
    await create(scope, 's');
    const message = await store.transaction((tx) =>
      appendMessage(tx, scope, { session: 's', id: 'm', role: 'assistant', content: 'Hi', status: 'interrupted', run: 'r', now: NOW }),
    );
    expect(message).toEqual({
      id: 'm',
      seq: 1,
      role: 'assistant',
      content: 'Hi',
      status: 'interrupted',
      run_id: 'r',
      participant: null,
      created_at: '2030-01-01T00:00:00.000Z',
    });
    expect((await getSession(store, scope, 's'))?.title).toBe('');
  });

  test('the same message id is stored once, however many send it', async () => {
    const scope = makeScope();
    await create(scope, 's');
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(scope, 's', { id: 'm1', content: 'hello' })));
    expect(new Set(answers.map((message) => message?.seq))).toEqual(new Set([1]));
    expect(await send(scope, 's', { id: 'm1', content: 'something else' })).toMatchObject({ content: 'hello', participant: ADA });
    expect((await getSession(store, scope, 's'))?.message_count).toBe(1);
  });

  test('20 appends at once number 1 to 20, while pages are read without a gap', async () => {
    const scope = makeScope();
    await create(scope, 's');
    const reads: number[][] = [];
    const appends = Array.from({ length: 20 }, async (_, n) => {
      await say(scope, 's', `m${n}`);
      const page = await listMessages(store, scope, { session: 's', limit: 100 });
      reads.push((page?.data ?? []).map(({ seq }) => seq));
    });
    await Promise.all(appends);
    for (const seqs of reads) expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    const page = await listMessages(store, scope, { session: 's' });
    expect(page?.data.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  }, 30_000);

  test('messages come as the last N, oldest first, and pages lead to the beginning', async () => {
    const scope = makeScope();
    await create(scope, 's');
    for (const text of ['1', '2', '3', '4', '5']) await say(scope, 's', text);
    const read = async (before: string | null) => listMessages(store, scope, { session: 's', limit: 2, before });
    const last = await read(null);
    expect(last?.data.map(({ content }) => content)).toEqual(['4', '5']);
    await say(scope, 's', '6');
    const middle = await read(last?.next_cursor ?? null);
    expect(middle?.data.map(({ content }) => content)).toEqual(['2', '3']);
    const first = await read(middle?.next_cursor ?? null);
    expect(first).toMatchObject({ data: [{ content: '1' }], next_cursor: null, active_run: null, last_event_id: 's:0' });
  });

  test('sessions come last used first, and pages give each once, also where times are equal', async () => {
    const scope = makeScope();
    for (const id of ['a', 'B', 'c', 'D', 'e']) await create(scope, id);
    await create(scope, 'newest', NOW + 1);
    const seen: string[] = [];
    let before: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listSessions>> = await listSessions(store, scope, { limit: 2, before });
      seen.push(...page.data.map(({ id }) => id));
      before = page.next_cursor;
    } while (before !== null);
    expect(seen[0]).toBe('newest');
    expect(seen.toSorted()).toEqual(['B', 'D', 'a', 'c', 'e', 'newest']);
  });

  test('a cursor of somebody’s making is refused', async () => {
    const scope = makeScope();
    await create(scope, 's');
    for (const before of ['', 'x', '-1', '0', '1e3', '[]', Buffer.from('["a",1]').toString('base64url')]) {
      await expect(listSessions(store, scope, { before })).rejects.toMatchObject({ code: 'invalid_cursor' });
      await expect(listMessages(store, scope, { session: 's', before })).rejects.toMatchObject({ code: 'invalid_cursor' });
    }
  });

  test('search finds titles and messages in either case, and takes % and _ as they are', async () => {
    const scope = makeScope();
    for (const id of ['a', 'b', 'c']) await create(scope, id);
    await say(scope, 'a', 'Green Boots');
    await say(scope, 'b', '100% wool_socks!');
    await renameSession(store, scope, { session: 'c', title: 'About boots' });
    const find = async (query: string) => (await listSessions(store, scope, { query })).data.map(({ id }) => id).toSorted();
    expect(await find('BOOTS')).toEqual(['a', 'c']);
    expect(await find('0% w')).toEqual(['b']);
    expect(await find('l_s')).toEqual(['b']);
    expect(await find('socks!')).toEqual(['b']);
    expect(await find('%')).toEqual(['b']);
    expect(await find('nowhere')).toEqual([]);
  });

  test('deleting a session takes its messages, runs and events, and no others', async () => {
    const scope = makeScope();
    await create(scope, 'gone');
    await create(scope, 'kept');
    for (const session of ['gone', 'kept']) {
      await say(scope, session, 'hello');
      await addRun(store, scope, session);
    }
    expect(await store.transaction((tx) => deleteSession(tx, scope, { session: 'gone' }))).toBe(true);
    expect(await countRows(store, scope)).toEqual({ messages: 1, runs: 1, events: 1, memories: 2, sessions: 1, instances: 1 });
    expect(await getSession(store, scope, 'gone')).toBeNull();
    expect(await say(scope, 'gone', 'too late')).toBeNull();
    await store.transaction((tx) => deleteSession(tx, scope, { session: 'kept', withMemories: true }));
    expect(await countRows(store, scope)).toEqual({ messages: 0, runs: 0, events: 0, memories: 1, sessions: 0, instances: 1 });
  });

  test('erasing an instance leaves nothing of it, counts what was there, and touches no other', async () => {
    const scope = makeScope();
    const other = makeScope();
    for (const one of [scope, other]) {
      await create(one, 's');
      await say(one, 's', 'hello');
      await addRun(store, one, 's');
    }
    const receipt = await store.transaction((tx) => eraseInstance(tx, scope));
    expect(receipt).toEqual({
      memories: 1,
      events: 1,
      interrupts: 0,
      messages: 1,
      runs: 1,
      sessions: 1,
      participants: 0,
      claims: 0,
      instances: 1,
    });
    expect(Object.values(await countRows(store, scope))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(Object.values(await countRows(store, other))).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('only instances of the kind that nobody used since then are idle', async () => {
    const scope = makeScope();
    await store.transaction((tx) => createSession(tx, scope, { id: 's', kind: 'ephemeral', metadata: {}, now: NOW }));
    const idle = (seenBefore: number) => listIdleInstances(store, { kind: 'ephemeral', seenBefore, limit: 10 });
    expect(await idle(NOW)).toEqual([]);
    expect(await idle(NOW + 1)).toEqual([scope]);
    await say(scope, 's', 'still here');
    expect(await idle(NOW + 1)).toEqual([]);
  });

  test('nothing of one instance is seen under another agent or another instance', async () => {
    const name = fc.oneof(
      fc.constantFrom('a', 'A', "a'", 'a"', 'a%', 'a_', '%', 'a:b', 'a\\', '__proto__', '$1'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    );
    // A NUL becomes U+FFFD in the store; ids cannot hold one (R3).
    const scope = fc.record({ agent: name, instance: name }).filter((one) => !/[\0\uFFFD]/.test(one.agent + one.instance));
    await fc.assert(
      fc.asyncProperty(scope, scope, async (mine, theirs) => {
        fc.pre(mine.agent !== theirs.agent || mine.instance !== theirs.instance);
        await create(mine, 's');
        await say(mine, 's', 'secret');
        expect(await getSession(store, theirs, 's')).toBeNull();
        expect(await listMessages(store, theirs, { session: 's' })).toBeNull();
        expect((await listSessions(store, theirs, { query: 'secret' })).data).toEqual([]);
        expect((await listSessions(store, theirs, {})).data).toEqual([]);
        expect(await renameSession(store, theirs, { session: 's', title: 'taken' })).toBeNull();
        expect(await store.transaction((tx) => deleteSession(tx, theirs, { session: 's' }))).toBe(false);
        expect(await say(theirs, 's', 'planted')).toBeNull();
        await store.transaction((tx) => eraseInstance(tx, theirs));
        expect(await getSession(store, mine, 's')).toMatchObject({ title: 'secret', message_count: 1 });
        await store.transaction((tx) => eraseInstance(tx, mine));
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

/** A run, an event and a fact of it, as the rooms above would store them. */
async function addRun(store: Store, scope: Scope, session: string): Promise<void> {
  const key = [scope.agent, scope.instance, session];
  await store.run(
    `INSERT INTO runs (agent, instance, session, run, status, fingerprint, participant, owner, lease_until, last_seq, started_at)
     VALUES ($1, $2, $3, 'r', 'ended', '', '{}', '', 0, 1, 0)`,
    key,
  );
  await store.run(
    `INSERT INTO events (agent, instance, session, pos, stream, seq, data, created_at) VALUES ($1, $2, $3, 1, 'r', 1, '{}', 0)`,
    key,
  );
  await store.run(`INSERT INTO memories (agent, instance, session, memory, fact, created_at) VALUES ($1, $2, $3, $3, 'fact', 0)`, key);
}

async function countRows(store: Store, scope: Scope): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of ['messages', 'runs', 'events', 'memories', 'sessions', 'instances']) {
    const [row] = await store.rows<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table} WHERE agent = $1 AND instance = $2`, [
      scope.agent,
      scope.instance,
    ]);
    counts[table] = row?.n ?? -1;
  }
  return counts;
}
