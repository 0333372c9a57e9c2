import { randomUUID } from 'node:crypto';
import type { Participant } from '@familiar/protocol';
import { expect, test } from 'vitest';
import { describeStores } from '../../test/describe-stores.ts';
import type { Scope } from '../identity/principal.ts';
import { buryInstance, isBuried } from '../instance/tombstones.ts';
import { createInstanceMemory, listFacts } from '../memory/index.ts';
import { startRun } from '../runs/start-run.ts';
import {
  appendMessage,
  claimSessions,
  createSession,
  eraseInstance,
  getInstance,
  getSession,
  listMessages,
  listSessions,
  previewClaim,
  undoClaim,
} from './index.ts';

const NOBODY: Participant = { level: 'anonymous', id: 'anon_x' };
const ALICE: Participant = { level: 'verified', id: 'alice' };
const NOW = Date.UTC(2030, 0, 1);
const HOUR = 3_600_000;
let counter = 0;

describeStores('claims', (store) => {
  const newScopes = () => {
    counter += 1;
    const [anonymous, account, other] = ['anon', 'acct', 'othr'].map((name) => ({
      agent: 'acme/shop',
      instance: `inst_${name}_${counter}`,
    }));
    return { source: anonymous, target: account, other } as { source: Scope; target: Scope; other: Scope };
  };
  const open = (scope: Scope, id: string, kind: 'anonymous' | 'verified' = 'anonymous') =>
    store.transaction((tx) => createSession(tx, scope, { id, kind, metadata: {}, now: NOW }));
  const say = (scope: Scope, session: string, { by, text }: { by: Participant; text: string }) =>
    store.transaction((tx) =>
      appendMessage(tx, scope, { session, id: randomUUID(), role: 'user', content: text, participant: by, now: NOW + counter }),
    );
  const answer = (scope: Scope, session: string, text: string) =>
    store.transaction((tx) => appendMessage(tx, scope, { session, id: randomUUID(), role: 'assistant', content: text, now: NOW }));
  const claim = (scopes: { source: Scope; target: Scope }, now = NOW) =>
    store.transaction((tx) => claimSessions(tx, { source: scopes.source, target: scopes.target, now }));
  const undo = (target: Scope, id: string, now = NOW) => store.transaction((tx) => undoClaim(tx, { target, claim: id, now }));
  const remember = (scope: Scope, session: string, text: string) =>
    createInstanceMemory(store, scope, { session, message: null, participant: NOBODY, now: NOW }).remember(text);
  const start = (scope: Scope, session: string) =>
    startRun(
      { store, owner: 'test' },
      { ref: { scope, session, run: randomUUID() }, participant: NOBODY, messages: [{ id: randomUUID(), text: 'hello' }] },
      { nowMs: NOW, leaseUntilMs: NOW + HOUR },
    );
  const seed = async () => {
    const scopes = newScopes();
    await open(scopes.source, 'said');
    await open(scopes.source, 'silent');
    await say(scopes.source, 'said', { by: NOBODY, text: 'Refunds go to account 13' });
    await answer(scopes.source, 'said', 'Noted.');
    await remember(scopes.source, 'said', 'Refunds go to account 13.');
    return scopes;
  };

  const claimed = async (scopes: { source: Scope; target: Scope }, now = NOW) => {
    const result = await claim(scopes, now);
    if (result.kind !== 'claimed') throw new Error('busy');
    return result;
  };

  test('a preview shows what was said in, and changes nothing', async () => {
    const { source, target } = await seed();
    const expected = { id: 'said', title: 'Refunds go to account 13', message_count: 2 };
    expect(await previewClaim(store, { source, target })).toMatchObject({ sessions: [expected] });
    expect(await isBuried(store, source)).toBe(false);
    expect(await getInstance(store, target)).toBeNull();
    expect((await listSessions(store, source, {})).data).toHaveLength(2);
  });

  test('conversations move with every message and its author, and no fact moves', async () => {
    const scopes = await seed();
    const { receipt, isNew } = await claimed(scopes);
    expect(receipt).toEqual({
      id: expect.stringMatching(/^claim_/) as string,
      sessions: 1,
      messages: 2,
      claimed_at: '2030-01-01T00:00:00.000Z',
      undo_until: '2030-01-02T00:00:00.000Z',
      undone_at: null,
    });
    expect(isNew).toBe(true);
    expect(await getSession(store, scopes.target, 'said')).toMatchObject({ claim_id: receipt.id, instance: { kind: 'verified' } });
    const page = await listMessages(store, scopes.target, { session: 'said' });
    expect(page?.data.map(({ content, participant }) => [content, participant])).toEqual([
      ['Refunds go to account 13', NOBODY],
      ['Noted.', null],
    ]);
    expect(await listFacts(store, scopes.target)).toEqual([]);
    expect(await listFacts(store, scopes.source)).toHaveLength(1);
    expect(await getSession(store, scopes.source, 'said')).toBeNull();
    expect(await previewClaim(store, scopes)).toEqual({ sessions: [] });
  });

  test('nothing can be made in the buried instance, not even by a request that the guard let in', async () => {
    const scopes = await seed();
    await claimed(scopes);
    await expect(open(scopes.source, 'late')).rejects.toMatchObject({ code: 'session_token_revoked' });
    expect(await say(scopes.source, 'said', { by: NOBODY, text: 'late' })).toBeNull();
    expect(await start(scopes.source, 'said')).toEqual({ kind: 'missing' });
  });

  test('the same account gets the same receipt again, another one finds it gone', async () => {
    const scopes = await seed();
    const first = await claimed(scopes);
    expect(await claimed(scopes, NOW + HOUR)).toEqual({ ...first, isNew: false });
    await expect(claim({ source: scopes.source, target: scopes.other })).rejects.toMatchObject({ code: 'gone' });
    expect((await listSessions(store, scopes.other, {})).data).toEqual([]);
  });

  test('20 claims at once, of two accounts, end in one receipt', async () => {
    const scopes = await seed();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => claim({ source: scopes.source, target: n % 2 === 0 ? scopes.target : scopes.other })),
    );
    const receipts = results.flatMap((result) => (result.status === 'fulfilled' && result.value.kind === 'claimed' ? [result.value] : []));
    expect(new Set(receipts.map(({ receipt }) => receipt.id)).size).toBe(1);
    expect(receipts.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(receipts).toHaveLength(10);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'gone' });
  }, 30_000);

  test('a conversation that is answering is not moved, and nothing else is either', async () => {
    const scopes = await seed();
    await open(scopes.source, 'busy');
    expect(await start(scopes.source, 'busy')).toMatchObject({ kind: 'started' });
    expect(await claim(scopes)).toMatchObject({ kind: 'busy', run: expect.any(String) as string });
    expect(await isBuried(store, scopes.source)).toBe(false);
    expect(await getSession(store, scopes.target, 'said')).toBeNull();
  });

  test('a claim against the start of a run, 50 times: one of the two comes first, whole', async () => {
    for (let n = 0; n < 50; n++) {
      const scopes = await seed();
      const [run, result] = await Promise.all([start(scopes.source, 'said'), claim(scopes)]);
      const [there] = await store.rows<{ n: number }>('SELECT COUNT(*) AS n FROM runs WHERE agent = $1 AND instance = $2', [
        scopes.source.agent,
        scopes.source.instance,
      ]);
      expect([run.kind, result.kind, there?.n]).toEqual(run.kind === 'started' ? ['started', 'busy', 1] : ['missing', 'claimed', 0]);
    }
  }, 60_000);

  test('a conversation whose id the account has already stays behind', async () => {
    const scopes = await seed();
    await open(scopes.target, 'said', 'verified');
    await say(scopes.target, 'said', { by: ALICE, text: 'mine' });
    const { receipt } = await claimed(scopes);
    expect(receipt).toMatchObject({ sessions: 0, messages: 0 });
    expect(await getSession(store, scopes.target, 'said')).toMatchObject({ title: 'mine', message_count: 1 });
  });

  test('undo takes the conversations out again, with what was said and learnt in them since', async () => {
    const scopes = await seed();
    await open(scopes.target, 'own', 'verified');
    await remember(scopes.target, 'own', 'Prefers tea.');
    const { receipt } = await claimed(scopes);
    await say(scopes.target, 'said', { by: ALICE, text: 'and my size is 38' });
    await remember(scopes.target, 'said', 'Wears size 38.');
    const undone = await undo(scopes.target, receipt.id, NOW + HOUR);
    expect(undone).toMatchObject({ kind: 'claimed', receipt: { ...receipt, undone_at: '2030-01-01T01:00:00.000Z' } });
    expect((await listSessions(store, scopes.target, {})).data.map(({ id }) => id)).toEqual(['own']);
    expect((await listFacts(store, scopes.target)).map(({ text }) => text)).toEqual(['Prefers tea.']);
    expect(await previewClaim(store, scopes)).toEqual({ sessions: [] });
    expect(await isBuried(store, scopes.source)).toBe(true);
    const again = await undo(scopes.target, receipt.id, NOW + 48 * HOUR);
    expect(again).toMatchObject({ receipt: { undone_at: '2030-01-01T01:00:00.000Z' } });
    expect((await claimed(scopes)).receipt).toMatchObject({ id: receipt.id, undone_at: '2030-01-01T01:00:00.000Z' });
    await expect(claim({ source: scopes.source, target: scopes.other })).rejects.toMatchObject({ code: 'gone' });
  });

  test('undo is refused after 24 hours, to another account, and while an answer is being made', async () => {
    const scopes = await seed();
    const { receipt } = await claimed(scopes);
    await expect(undo(scopes.target, receipt.id, NOW + 24 * HOUR)).rejects.toMatchObject({ code: 'gone' });
    expect(await undo(scopes.other, receipt.id)).toBeNull();
    expect(await start(scopes.target, 'said')).toMatchObject({ kind: 'started' });
    expect(await undo(scopes.target, receipt.id)).toMatchObject({ kind: 'busy' });
    expect(await getSession(store, scopes.target, 'said')).not.toBeNull();
  });

  test('erasing the account erases what the claim left behind in the anonymous instance too', async () => {
    const scopes = await seed();
    await claimed(scopes);
    const receipt = await store.transaction((tx) => eraseInstance(tx, scopes.target));
    expect(receipt).toEqual({
      memories: 1,
      events: 0,
      interrupts: 0,
      messages: 2,
      runs: 0,
      sessions: 2,
      participants: 0,
      claims: 1,
      instances: 2,
    });
    expect(await listFacts(store, scopes.source)).toEqual([]);
    expect(await isBuried(store, scopes.source)).toBe(true);
    await expect(claim(scopes)).rejects.toMatchObject({ code: 'gone' });
  });

  test('an instance is buried once', async () => {
    const { source } = newScopes();
    const bury = () => store.transaction((tx) => buryInstance(tx, source, { reason: 'ended', now: NOW }));
    expect((await Promise.all([bury(), bury(), bury()])).filter(Boolean)).toHaveLength(1);
  });

  test('every table with rows of a session is known to the claim', async () => {
    const query =
      store.kind === 'sqlite'
        ? `SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'session'`
        : `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'session'`;
    const tables = (await store.rows<{ name: string }>(query)).map(({ name }) => name).toSorted();
    expect(tables).toEqual(['events', 'interrupts', 'memories', 'messages', 'runs', 'sessions']);
  });
});
