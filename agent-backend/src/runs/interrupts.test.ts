import { randomUUID } from 'node:crypto';
import type { Interrupt, Participant, ResumeEntry, RunEvent } from '@familiar/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeStoreSources } from '../../test/describe-stores.ts';
import type { Agent, Resume } from '../agents/agent.ts';
import { functionAgent } from '../agents/function-agent.ts';
import { createSession, deleteSession, eraseInstance, redactParticipant } from '../sessions/index.ts';
import { openStore, type StoreOptions } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { deleteExpired } from '../store/sweep.ts';
import { createEngine, type Engine, listInterrupts, openReader, type Started } from './index.ts';

const scope = { agent: 'acme/helper', instance: 'inst_a' };
const alice: Participant = { level: 'verified', id: 'alice' };
const START = Date.UTC(2030, 0, 1);
const MINUTE = 60_000;
const CONTINUATION = [{ role: 'assistant', content: 'secret words' }];

describeStoreSources('what a run waits for', (source) => {
  let options: StoreOptions;
  let store: Store;
  let engine: Engine;
  let now = START;
  let resumes: Resume[] = [];
  let hangs = false;
  const agent: Agent = functionAgent(async function* ({ resume }) {
    if (resume === undefined) {
      yield { kind: 'interrupt', waits: [{ id: 'w', toolCallId: 'call', rule: { maxAgeSeconds: 300 } }], continuation: CONTINUATION };
      return;
    }
    resumes.push(resume);
    if (hangs) await new Promise(() => undefined);
    yield 'Closed.';
  });

  beforeEach(async () => {
    [now, resumes, hangs] = [START, [], false];
    options = await source.create();
    await open();
    await store.transaction((tx) => createSession(tx, scope, { id: 's', kind: 'verified', metadata: {}, now }));
  });
  afterEach(async () => {
    await engine.drain(0);
    await store.close();
  });

  async function open(): Promise<void> {
    store = await openStore(options);
    engine = createEngine({ store, clock: () => now, findAgent: () => agent, report: () => undefined });
    await engine.recover();
  }

  /** As after a crash: what was written is all there is. */
  async function restart(): Promise<void> {
    await engine.drain(0);
    await store.close();
    await open();
  }

  const refOf = (run: string) => ({ scope, session: 's', run });
  const start = (
    messages: readonly string[],
    resume: readonly ResumeEntry[] = [],
    run: string = randomUUID(),
  ): Promise<Started['kind'] | 'draining'> =>
    engine
      .start({
        ref: refOf(run),
        participant: alice,
        messages: messages.map((text) => ({ id: randomUUID(), text })),
        resume,
        proof: { authTimeMs: now - 1000 },
      })
      .then(({ kind }) => kind);

  async function readLast(run: string): Promise<RunEvent | undefined> {
    const body = await openReader(
      { store, bus: engine.bus },
      { session: refOf(run), from: { kind: 'run', run }, mayRead: async () => true, onClose: () => undefined },
    );
    const text = await new Response(body).text();
    const [last] = [...text.matchAll(/^data: (.+)$/gm)].slice(-1);
    return last?.[1] === undefined ? undefined : (JSON.parse(last[1]) as RunEvent);
  }

  async function pause(): Promise<Interrupt> {
    const run = randomUUID();
    await start(['Close it'], [], run);
    const last = await readLast(run);
    const [interrupt] = last?.type === 'RUN_FINISHED' && last.outcome.type === 'interrupt' ? last.outcome.interrupts : [];
    if (interrupt === undefined) throw new Error('The run did not pause.');
    return interrupt;
  }

  const count = async (): Promise<number> => (await store.rows('SELECT interrupt FROM interrupts')).length;

  const waiting = (participant = alice): Promise<Interrupt[]> =>
    listInterrupts(store, { session: { scope, session: 's' }, participant, nowMs: now });

  test('is listed for whoever can answer it, as the end of the run told it, until it is answered or has expired', async () => {
    expect(await waiting()).toEqual([]);
    const told = await pause();
    await restart();
    expect(await waiting()).toEqual([told]);
    const others: Participant[] = [
      { level: 'verified', id: 'bob' },
      { level: 'soft', id: 'alice' },
    ];
    for (const other of others) expect(await waiting(other)).toEqual([]);
    const elsewhere = { scope: { ...scope, instance: 'inst_b' }, session: 's' };
    expect(await listInterrupts(store, { session: elsewhere, participant: alice, nowMs: now })).toEqual([]);
    await start([], [{ interruptId: told.id, status: 'cancelled' }], 'r');
    expect(await waiting()).toEqual([]);
    await readLast('r');
    await pause();
    now += 10 * MINUTE;
    expect(await waiting()).toEqual([]);
  });

  test('outlives the process, and goes on as the agent left it', async () => {
    const { id } = await pause();
    await restart();
    expect(await start([], [{ interruptId: id, status: 'resolved' }], 'r')).toBe('started');
    expect(await readLast('r')).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
    expect(resumes).toEqual([{ continuation: CONTINUATION, answers: [{ id: 'w', isApproved: true }] }]);
    expect(await count()).toBe(0);
  });

  test('is never run a second time after a crash in the middle', async () => {
    const { id } = await pause();
    hangs = true;
    const resume: ResumeEntry[] = [{ interruptId: id, status: 'resolved' }];
    await start([], resume, 'r');
    await restart();
    expect(await start([], resume, 'r')).toBe('joined');
    expect(await readLast('r')).toMatchObject({ type: 'RUN_ERROR', code: 'interrupted' });
    expect(await start([], resume)).toBe('unresumable');
    expect(resumes).toHaveLength(1);
  });

  test('waits for ten minutes', async () => {
    const resume = (id: string): ResumeEntry[] => [{ interruptId: id, status: 'resolved' }];
    const early = await pause();
    now += 10 * MINUTE - 1;
    expect(await start([], resume(early.id), 'early')).toBe('started');
    await readLast('early');
    const late = await pause();
    now += 10 * MINUTE;
    expect(await start([], resume(late.id))).toBe('unresumable');
    await deleteExpired(store, now);
    expect(await count()).toBe(0);
    expect(resumes).toHaveLength(1);
  });

  test('is gone with a new message, and with a new try of the old one', async () => {
    for (const messages of [['Never mind'], []]) {
      const { id } = await pause();
      const run = randomUUID();
      expect(await start(messages, [], run)).toBe('started');
      await readLast(run);
      expect(await start([], [{ interruptId: id, status: 'resolved' }])).toBe('unresumable');
    }
    expect(resumes).toEqual([]);
  });

  test('is erased with its session, its instance and its participant', async () => {
    const erasers = [
      () => store.transaction((tx) => redactParticipant(tx, scope, alice)),
      () => store.transaction((tx) => deleteSession(tx, scope, { session: 's' })),
      () => store.transaction((tx) => eraseInstance(tx, scope)),
    ];
    for (const erase of erasers) {
      await store.transaction((tx) => createSession(tx, scope, { id: 's', kind: 'verified', metadata: {}, now }));
      await pause();
      expect(await count()).toBe(1);
      await erase();
      expect(await count()).toBe(0);
    }
  });

  test('is not kept for a run that was cancelled', async () => {
    const { id } = await pause();
    hangs = true;
    await start([], [{ interruptId: id, status: 'resolved' }], 'r');
    expect(await engine.cancel(refOf('r'))).toEqual({ kind: 'ended', status: 'cancelled' });
    expect(await count()).toBe(0);
  });
});
