import { randomUUID } from 'node:crypto';
import type { Participant } from '@familiar/protocol';
import { describe, expect, test, vi } from 'vitest';
import { describeStores } from '../../test/describe-stores.ts';
import { functionAgent } from '../agents/function-agent.ts';
import type { Scope } from '../identity/principal.ts';
import { isBuried } from '../instance/tombstones.ts';
import { createInstanceMemory } from '../memory/index.ts';
import { sweep } from '../retention.ts';
import { createEngine, type Engine } from '../runs/index.ts';
import { startRun } from '../runs/start-run.ts';
import {
  appendMessage,
  claimSessions,
  createSession,
  deleteSession,
  endInstance,
  exportSessions,
  getInstance,
  getSession,
  listMessages,
  redactParticipant,
} from './index.ts';

const EVA: Participant = { level: 'ephemeral', id: 'eph_x' };
const NOW = Date.UTC(2030, 0, 1);
const MINUTE = 60_000;
let counter = 0;

describeStores('erasure', (store) => {
  const newScope = (): Scope => ({ agent: 'acme/shop', instance: `inst_${++counter}` });
  const open = (scope: Scope, id: string, kind: 'ephemeral' | 'anonymous' | 'shared' | 'verified' = 'ephemeral') =>
    store.transaction((tx) => createSession(tx, scope, { id, kind, metadata: {}, now: NOW }));
  const say = (scope: Scope, session: string, { by = EVA, text = 'hello', now = NOW } = {}) =>
    store.transaction((tx) => appendMessage(tx, scope, { session, id: randomUUID(), role: 'user', content: text, participant: by, now }));
  const remember = (scope: Scope, session: string, { by = EVA, text = 'a fact' } = {}) =>
    createInstanceMemory(store, scope, { session, message: null, participant: by, now: NOW }).remember(text);
  const start = (scope: Scope, session: string, by = EVA) =>
    startRun(
      { store, owner: 'test' },
      { ref: { scope, session, run: randomUUID() }, participant: by, messages: [{ id: randomUUID(), text: 'hello' }] },
      { nowMs: NOW, leaseUntilMs: NOW + MINUTE },
    );
  const end = (scope: Scope) => store.transaction((tx) => endInstance(tx, scope, { kind: 'ephemeral', now: NOW }));
  const count = async (scope: Scope): Promise<number> => {
    let rows = 0;
    for (const table of ['instances', 'sessions', 'messages', 'runs', 'events', 'memories', 'participants', 'claims']) {
      const found = await store.rows<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table} WHERE agent = $1 AND instance = $2`, [
        scope.agent,
        scope.instance,
      ]);
      rows += found[0]?.n ?? 0;
    }
    return rows;
  };

  test('delete wins, 200 times against whatever else would write', async () => {
    for (let n = 0; n < 200; n++) {
      const scope = newScope();
      await open(scope, 's');
      const writes = [() => say(scope, 's'), () => start(scope, 's'), () => remember(scope, 's'), () => open(scope, 'another')];
      const [first, second] = [writes[n % 4], writes[(n + 1) % 4]];
      await Promise.allSettled([first?.(), end(scope), second?.()]);
      expect(await count(scope)).toBe(0);
    }
  }, 90_000);

  test('an instance that is no more takes neither a session nor a message nor a fact', async () => {
    const scope = newScope();
    await open(scope, 's');
    await end(scope);
    await expect(open(scope, 's')).rejects.toMatchObject({ code: 'session_token_revoked' });
    expect(await say(scope, 's')).toBeNull();
    expect(await start(scope, 's')).toEqual({ kind: 'missing' });
    await expect(remember(scope, 's')).rejects.toMatchObject({ code: 'no_instance' });
    expect(await count(scope)).toBe(0);
  });

  test('a fact of a deleted conversation is refused, though the instance lives on', async () => {
    const scope = newScope();
    await open(scope, 's', 'verified');
    await store.transaction((tx) => deleteSession(tx, scope, { session: 's' }));
    await expect(remember(scope, 's')).rejects.toMatchObject({ code: 'no_instance' });
  });

  test('a run of another process writes nothing after the end, though nobody told that process', async () => {
    const scope = newScope();
    await open(scope, 's');
    let go = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (go = resolve));
    let rejected: unknown = null;
    const agent = functionAgent(async function* ({ memory }) {
      yield 'one ';
      await waiting;
      rejected = await memory.remember('late').catch((error: unknown) => error);
      yield 'two';
    });
    const engine = createEngine({ store, clock: () => NOW, findAgent: () => agent, report: () => undefined });
    const run = { scope, session: 's', run: randomUUID() };
    await engine.start({ ref: run, participant: EVA, messages: [{ id: randomUUID(), text: 'hello' }] });
    await end(scope);
    go();
    await engine.drain(5000);
    // An agent that was told to stop is not waited for.
    await vi.waitFor(() => expect(rejected).toMatchObject({ code: 'no_instance' }));
    expect(await count(scope)).toBe(0);
  });

  describe('the sweep', () => {
    const engine = { forget: () => undefined } as unknown as Engine;
    const at = (now: number) => sweep({ store, clock: () => now, engine });

    test('takes in one go whatever has expired, more than fits into one statement too', async () => {
      const place = (row: number): string => `('acme/shop', 'jti_${row}', ${NOW})`;
      await store.run(
        `INSERT INTO proofs (agent, jti, expires_at) VALUES ${Array.from({ length: 1201 }, (_, row) => place(row)).join(', ')}`,
      );
      await at(NOW);
      expect(await store.rows(`SELECT jti FROM proofs WHERE jti LIKE 'jti_%'`)).toEqual([]);
    });

    test('ends ephemeral instances that idled 30 minutes and anonymous ones that idled 30 days, and no others', async () => {
      const [ephemeral, awake, anonymous, verified] = [newScope(), newScope(), newScope(), newScope()];
      await open(ephemeral, 's');
      await open(awake, 's');
      await open(anonymous, 's', 'anonymous');
      await open(verified, 's', 'verified');
      await say(awake, 's', { now: NOW + 25 * MINUTE });
      await at(NOW + 30 * MINUTE);
      expect(await getInstance(store, ephemeral)).not.toBeNull();
      await at(NOW + 31 * MINUTE);
      expect(await count(ephemeral)).toBe(0);
      expect(await isBuried(store, ephemeral)).toBe(true);
      expect(await getInstance(store, awake)).not.toBeNull();
      expect(await getInstance(store, anonymous)).not.toBeNull();
      await at(NOW + 31 * 24 * 60 * MINUTE);
      expect(await count(anonymous)).toBe(0);
      expect(await isBuried(store, anonymous)).toBe(false);
      expect(await getInstance(store, verified)).not.toBeNull();
    });

    test('erases what a claim left behind after its 24 hours, and keeps the tombstone for ever', async () => {
      const [anonymous, account] = [newScope(), newScope()];
      await open(anonymous, 's', 'anonymous');
      await say(anonymous, 's', { by: { level: 'anonymous', id: 'anon_x' } });
      await remember(anonymous, 's');
      await store.transaction((tx) => claimSessions(tx, { source: anonymous, target: account, now: NOW }));
      await at(NOW + 23 * 60 * MINUTE);
      expect(await count(anonymous)).toBeGreaterThan(0);
      await at(NOW + 24 * 60 * MINUTE);
      expect(await count(anonymous)).toBe(0);
      await at(NOW + 400 * 24 * 60 * MINUTE);
      expect(await isBuried(store, anonymous)).toBe(true);
      expect(await getSession(store, account, 's')).toMatchObject({ message_count: 1 });
    });

    test('forgets the tombstone of an ephemeral instance once no token of it is left', async () => {
      const scope = newScope();
      await end(scope);
      await at(NOW + 45 * MINUTE);
      expect(await isBuried(store, scope)).toBe(true);
      await at(NOW + 24 * 60 * MINUTE);
      expect(await isBuried(store, scope)).toBe(false);
    });
  });

  describe('one of several', () => {
    const ann: Participant = { level: 'verified', id: 'ann', name: 'Ann' };
    const annex: Participant = { level: 'verified', id: 'ann"x', name: 'Ann' };
    const soft: Participant = { level: 'soft', id: 'ann', name: 'Ann' };

    async function openTeam() {
      const scope = newScope();
      await open(scope, 's', 'shared');
      for (const by of [ann, annex, soft]) {
        await say(scope, 's', { by, text: `${by.level} ${by.id}` });
        await remember(scope, 's', { by, text: `${by.level} ${by.id}` });
      }
      await store.transaction((tx) => createSession(tx, scope, { id: 't', kind: 'shared', participant: ann, metadata: {}, now: NOW }));
      return scope;
    }

    test('is redacted by exact level and id, and keeps the order of the others', async () => {
      const scope = await openTeam();
      const receipt = await store.transaction((tx) => redactParticipant(tx, scope, ann));
      expect(receipt).toEqual({ messages: 1, events: 0, runs: 0, memories: 1, sessions: 1, participants: 1 });
      const page = await listMessages(store, scope, { session: 's' });
      expect(page?.data.map(({ seq, content, participant }) => [seq, content, participant])).toEqual([
        [1, '', null],
        [2, 'verified ann"x', annex],
        [3, 'soft ann', soft],
      ]);
      expect(await getSession(store, scope, 's')).toMatchObject({ title: '' });
    });

    test('exports their own words alone', async () => {
      const scope = await openTeam();
      const own = await exportSessions(store, scope, { only: soft });
      expect(own.map(({ id, messages }) => [id, messages.map(({ content }) => content)])).toEqual([['s', ['soft ann']]]);
      expect((await exportSessions(store, scope)).map(({ messages }) => messages.length)).toEqual([3, 0]);
    });

    test('takes along the events that repeat what they said', async () => {
      const scope = await openTeam();
      await start(scope, 't', ann);
      const data = async () =>
        (await store.rows<{ data: string }>('SELECT data FROM events WHERE instance = $1', [scope.instance])).map((row) => row.data);
      expect((await data()).join()).toContain('hello');
      expect(await store.transaction((tx) => redactParticipant(tx, scope, ann))).toMatchObject({ events: 1, runs: 1, messages: 2 });
      expect((await data()).join()).not.toContain('hello');
    });
  });
});
