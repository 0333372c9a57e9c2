import { randomUUID } from 'node:crypto';
import { formatCursor } from '@familiar/protocol';
import { afterEach, expect, test } from 'vitest';
import { describeFreshStores } from '../../test/describe-stores.ts';
import { openRunBench, startTalking, steppedAgent } from '../../test/run-bench.ts';
import { collect, isType, readFrames, readUntil, textOf } from '../../test/run-frames.ts';
import { functionAgent } from '../agents/function-agent.ts';

describeFreshStores('runs', (store) => {
  const bench = openRunBench(store);
  const { begin, request, open, readRun, messages, close, scope, participant } = bench;
  afterEach(close);

  test('a run is told from its start to its end, and its answer is stored', async () => {
    const { engine, session } = await begin(
      functionAgent(async function* ({ history }) {
        yield 'You said: ';
        yield history.at(-1)?.text ?? '';
      }),
    );
    const call = request(session, 'hi');
    expect(await engine.start(call)).toMatchObject({ kind: 'started' });
    const frames = await readRun(engine, call.ref);
    const types = frames.map(({ event }) => event.type);
    expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
      'RUN_STARTED',
      'CUSTOM',
      'TEXT_MESSAGE_START',
      'TEXT_MESSAGE_CONTENT',
      'TEXT_MESSAGE_END',
      'CUSTOM',
      'RUN_FINISHED',
    ]);
    expect(frames.map(({ id }) => id)).toEqual(frames.map((_, index) => formatCursor({ stream: call.ref.run, seq: index + 1 })));
    expect(textOf(frames)).toBe('You said: hi');
    expect(await messages(session)).toMatchObject([
      { seq: 1, role: 'user', content: 'hi', participant },
      { seq: 2, role: 'assistant', content: 'You said: hi', status: 'complete', run_id: call.ref.run },
    ]);
  });

  test('fifty identical posts at once store one message and start one run', async () => {
    let runs = 0;
    const { engine, session } = await begin(
      functionAgent(async function* () {
        runs += 1;
        yield 'once';
      }),
    );
    const call = request(session);
    const kinds = await Promise.all(Array.from({ length: 50 }, async () => (await engine.start(call)).kind));
    expect(kinds.filter((kind) => kind === 'started')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'joined')).toHaveLength(49);
    expect(textOf(await readRun(engine, call.ref))).toBe('once');
    expect(runs).toBe(1);
    expect(await messages(session)).toHaveLength(2);
  });

  test('the same run id with other words is refused; another run at the same time names the running one', async () => {
    const { agent, step } = steppedAgent(['done']);
    const { engine, session } = await begin(agent);
    const call = request(session);
    await engine.start(call);
    expect(await engine.start({ ...call, messages: [{ id: 'other', text: 'other' }] })).toEqual({ kind: 'differs' });
    expect(await engine.start(request(session))).toEqual({ kind: 'busy', run: call.ref.run });
    step();
    await readRun(engine, call.ref);
    expect(await engine.start({ ...request(session), messages: call.messages })).toMatchObject({ kind: 'started' });
  });

  test('a session of another instance is not there', async () => {
    const { engine, session } = await begin(functionAgent(async function* () {}));
    const call = request(session);
    const theirs = { ...call.ref, scope: { ...scope, instance: 'inst_b' } };
    expect(await engine.start({ ...call, ref: theirs })).toEqual({ kind: 'missing' });
    expect(await open(engine, theirs, { kind: 'session', lastEventId: null })).toBeNull();
    expect(await engine.cancel(theirs)).toEqual({ kind: 'missing' });
  });

  test('cut at every event and resumed from there, a run reads the same', async () => {
    const { engine, session } = await begin(
      functionAgent(async function* () {
        for (const piece of ['one ', 'two ', 'three']) {
          yield piece;
          yield { kind: 'tool-call', id: randomUUID(), name: 'look', input: {} };
        }
      }),
    );
    const call = request(session);
    await engine.start(call);
    const whole = await readRun(engine, call.ref);
    for (const [index, { id }] of whole.entries()) {
      if (index === whole.length - 1) break;
      const resumed = readFrames(await open(engine, call.ref, { kind: 'session', lastEventId: id }));
      const rest = await readUntil(resumed, isType('RUN_FINISHED'));
      await resumed.return(undefined);
      expect([...whole.slice(0, index + 1), ...rest]).toEqual(whole);
    }
    expect(textOf(whole)).toBe('one two three');
  });

  test('cancel keeps what was said, and nothing comes after it', async () => {
    const { engine, session, call, frames, step } = await startTalking(bench, ['said ', 'unsaid']);
    expect(await engine.cancel(call.ref)).toEqual({ kind: 'ended', status: 'cancelled' });
    expect(await engine.cancel(call.ref)).toEqual({ kind: 'ended', status: 'cancelled' });
    step();
    const rest = await collect(frames);
    expect(rest.at(-1)?.event).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    expect((await messages(session)).at(-1)).toMatchObject({ content: 'said ', status: 'cancelled' });
    expect(textOf(await readRun(engine, call.ref))).toBe('said ');
  });

  test('an agent that fails ends the run with its code and keeps what it said', async () => {
    const { engine, session } = await begin(
      functionAgent(async function* () {
        yield 'half';
        throw new Error('secret detail');
      }),
    );
    const call = request(session);
    await engine.start(call);
    const frames = await readRun(engine, call.ref);
    expect(frames.at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'agent_failed' });
    expect(JSON.stringify(frames)).not.toContain('secret detail');
    expect((await messages(session)).at(-1)).toMatchObject({ content: 'half', status: 'failed' });
    expect(await engine.start(request(session))).toMatchObject({ kind: 'started' });
  });

  test('a drain ends what does not end by itself as interrupted, and starts nothing new', async () => {
    const { engine, session, call, frames } = await startTalking(bench, ['part', 'never']);
    await engine.drain(0);
    expect((await collect(frames)).at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'interrupted' });
    expect(await engine.start(request(session))).toEqual({ kind: 'draining' });
    expect(await engine.start(call)).toEqual({ kind: 'joined' });
    expect((await messages(session)).at(-1)).toMatchObject({ content: 'part', status: 'interrupted' });
  });

  test('a cursor that names nothing here gets a gap, and then what happens next', async () => {
    const { agent, step } = steppedAgent(['new']);
    const { engine, session } = await begin(agent);
    const call = request(session);
    for (const lastEventId of ['nonsense', `${randomUUID()}:3`, `${session}:99`]) {
      const frames = readFrames(await open(engine, call.ref, { kind: 'session', lastEventId }));
      expect((await frames.next()).value).toMatchObject({ event: { name: 'resume_gap', value: { last_event_id: `${session}:0` } } });
      await frames.return(undefined);
    }
    const live = readFrames(await open(engine, call.ref, { kind: 'session', lastEventId: `${session}:0` }));
    await engine.start(call);
    expect((await live.next()).value).toMatchObject({ event: { type: 'RUN_STARTED' } });
    step();
    const first = await readRun(engine, call.ref);
    await store.run('DELETE FROM events');
    const told = await readRun(engine, call.ref);
    expect(told.map(({ event }) => event.type)).toEqual(['RUN_STARTED', 'CUSTOM', 'RUN_FINISHED']);
    expect(told[0]?.id).toBe(first.at(-1)?.id);
    await live.return(undefined);
  });
});
