import { afterEach, expect, test } from 'vitest';
import { describeFreshStores, describeStoreSources } from '../../test/describe-stores.ts';
import { failingStore } from '../../test/failing-store.ts';
import { openRunBench, type RunBench, startTalking, steppedAgent } from '../../test/run-bench.ts';
import { collect, isType, readFrames, readUntil, textOf } from '../../test/run-frames.ts';
import { createPostgresSource, createSqliteSource } from '../../test/stores.ts';
import { functionAgent } from '../agents/function-agent.ts';
import { openStore } from '../store/open-store.ts';
import type { Engine } from './engine.ts';

const PIECES = ['one ', 'two ', 'three'];
const IMPATIENT = { retryMs: [5, 10], leaseMs: 300 };

async function checkNextRun({ request, readRun }: RunBench, engine: Engine, session: string): Promise<void> {
  const next = request(session, 'and now?');
  expect(await engine.start(next)).toMatchObject({ kind: 'started' });
  expect((await readRun(engine, next.ref)).at(-1)?.event).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
}

describeFreshStores('a store that fails under a run', (store) => {
  const bench = openRunBench(store);
  const { begin, request, open, readRun, messages, close } = bench;
  afterEach(close);

  test('away for longer than the run waits: it ends with its code once the store is back, and what was stored is kept', async () => {
    const failing = failingStore(store);
    const events: string[] = [];
    const report = ({ event }: { readonly event: string }): unknown => events.push(event);
    const options = { ...IMPATIENT, store: failing.store, report };
    const { engine, session, call, frames, step, seen } = await startTalking(bench, PIECES, options);
    await engine.recover();
    failing.failing(true);
    step();
    await expect.poll(() => events, { timeout: 10_000 }).toContain('run_lost');
    failing.failing(false);
    const rest = await collect(frames);
    expect(rest.at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'store_unavailable' });
    expect([...seen, ...rest]).toEqual(await readRun(engine, call.ref));
    expect((await messages(session)).at(-1)).toMatchObject({ content: 'one ', status: 'failed' });
    // Once more than it has pieces: the agent that was left behind takes one.
    for (const _ of ['', ...PIECES]) step();
    await checkNextRun(bench, engine, session);
  }, 30_000);

  test('away while the agent comes to its end: the end is not taken for somebody else’s, and comes with its code', async () => {
    const failing = failingStore(store);
    const events: string[] = [];
    const report = ({ event }: { readonly event: string }): unknown => events.push(event);
    const options = { retryMs: [300], store: failing.store, report };
    const { engine, session, call, frames, step, seen } = await startTalking(bench, PIECES, options);
    failing.failNext(3);
    step();
    // The second piece has one more try; while it waits for that, the agent says the rest.
    await expect.poll(() => failing.left()).toBe(1);
    step();
    await expect.poll(() => events, { timeout: 10_000 }).toContain('run_lost');
    await engine.recover();
    const rest = await collect(frames);
    expect(rest.at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'store_unavailable' });
    expect([...seen, ...rest]).toEqual(await readRun(engine, call.ref));
    for (const _ of PIECES) step();
    await checkNextRun(bench, engine, session);
  }, 30_000);

  test('whose answer to a commit is lost, whichever it is: nothing is written twice, and nothing hangs', async () => {
    let commits = 1;
    for (let lostAt = 1; lostAt <= commits; lostAt++) {
      const { agent, step } = steppedAgent(PIECES);
      const failing = failingStore(store);
      const { engine, session } = await begin(agent, { ...IMPATIENT, store: failing.store });
      failing.loseAnswerAfter(lostAt);
      const call = request(session);
      await engine.start(call);
      const frames = readFrames(await open(engine, call.ref));
      const seen = [];
      for (const _ of PIECES) {
        step();
        seen.push(...(await readUntil(frames, isType('TEXT_MESSAGE_CONTENT'))));
      }
      seen.push(...(await collect(frames)));
      expect(seen.at(-1)?.event).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
      expect(seen).toEqual(await readRun(engine, call.ref));
      expect((await messages(session)).map(({ content }) => content)).toEqual(['hello', PIECES.join('')]);
      commits = failing.count() - 1;
    }
    expect(commits).toBeGreaterThanOrEqual(PIECES.length);
  }, 30_000);

  test('whose answer to the start is lost: the run that nobody runs ends, and posting it again joins it', async () => {
    const failing = failingStore(store);
    let runs = 0;
    const agent = functionAgent(async function* () {
      runs += 1;
      yield 'here';
    });
    const { engine, session } = await begin(agent, { store: failing.store });
    const call = request(session);
    failing.loseAnswerAfter(0);
    await expect(engine.start(call)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await engine.start(call)).toEqual({ kind: 'joined' });
    await engine.recover();
    expect((await readRun(engine, call.ref)).at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'store_unavailable' });
    expect(runs).toBe(0);
    expect(await messages(session)).toHaveLength(1);
    await checkNextRun(bench, engine, session);
  }, 30_000);
});

describeStoreSources('a store that is closed under a run', (source) => {
  test('ends its streams without an end, and the run is interrupted when the store is open again', async () => {
    const options = await source.create();
    const first = await openStore(options);
    const before = openRunBench(first);
    const { agent, session, call, step } = await startTalking(before, ['one ', 'two'], { leaseMs: 90 });
    await first.close();
    step();
    await before.close();
    const store = await openStore(options);
    const after = openRunBench(store);
    const next = after.newEngine(agent, { leaseMs: 90 });
    await next.recover();
    expect((await after.readRun(next, call.ref)).at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'interrupted' });
    expect((await after.messages(session)).at(-1)).toMatchObject({ content: 'one ', status: 'interrupted' });
    step();
    step();
    await checkNextRun(after, next, session);
    await after.close();
    await store.close();
  }, 30_000);
});

test('a disk that is full: a run ends with its code, none begins, and both work again once there is room', async () => {
  const source = createSqliteSource();
  const store = await openStore(await source.create());
  const bench = openRunBench(store);
  const { newSession, request, readRun, messages } = bench;
  const pieces = ['small ', 'x'.repeat(500_000), 'end'];
  const { engine, session, call, frames, step, seen } = await startTalking(bench, pieces, IMPATIENT);
  await engine.recover();
  const other = request(await newSession(), 'x'.repeat(300_000));
  const [size] = await store.rows<{ page_count: number }>('PRAGMA page_count');
  await store.rows(`PRAGMA max_page_count = ${size?.page_count ?? 0}`);
  step();
  await expect(engine.start(other)).rejects.toMatchObject({ code: 'full' });
  const rest = await collect(frames);
  expect(rest.at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'store_unavailable' });
  expect(textOf([...seen, ...rest])).toBe('small ');
  await store.rows('PRAGMA max_page_count = 1000000');
  expect(await readRun(engine, call.ref)).toEqual([...seen, ...rest]);
  expect((await messages(session)).at(-1)).toMatchObject({ content: 'small ', status: 'failed' });
  for (const _ of 'four') step();
  await checkNextRun(bench, engine, session);
  await bench.close();
  await store.close();
  await source.stop();
}, 30_000);

test('PostgreSQL ending every connection, again and again: the run goes on and loses nothing', async () => {
  const source = createPostgresSource();
  await source.start();
  const options = await source.create();
  const [store, admin] = [await openStore(options), await openStore(options)];
  const bench = openRunBench(store);
  const pieces = Array.from({ length: 20 }, (_, index) => `${index} `);
  const { engine, session, call, step } = await startTalking(bench, pieces);
  for (const _ of pieces) {
    step();
    await admin.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
  }
  const answer = async (): Promise<unknown> => (await openRunBench(admin).messages(session))[1];
  await expect.poll(answer, { timeout: 15_000 }).toMatchObject({ status: 'complete', content: pieces.join('') });
  const told = await bench.readRun(engine, call.ref);
  expect(textOf(told)).toBe(pieces.join(''));
  expect(told.map(({ id }) => id)).toEqual(told.map((_, index) => `${call.ref.run}:${index + 1}`));
  await bench.close();
  await Promise.all([store.close(), admin.close()]);
  await source.stop();
}, 60_000);
