import { setImmediate as turn } from 'node:timers/promises';
import type { RunEvent } from '@familiar/protocol';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { describeFreshStores } from '../../test/describe-stores.ts';
import { openRunBench } from '../../test/run-bench.ts';
import { collect, type Frame, readFrames, readUntil, textOf } from '../../test/run-frames.ts';
import type { Agent, AgentEvent } from '../agents/agent.ts';
import type { Engine } from './engine.ts';
import type { RunRef } from './run-ref.ts';

const SAID: readonly AgentEvent[] = [
  { kind: 'text', delta: 'one ' },
  { kind: 'tool-call', id: 'call_1', name: 'look', input: { at: 'it' } },
  { kind: 'tool-result', id: 'call_1', content: 'seen' },
  { kind: 'text', delta: 'two ' },
  { kind: 'usage', usage: { inputTokens: 1, outputTokens: 2 } },
  { kind: 'text', delta: 'three' },
];
const WHOLE = 'one two three';

/** Goes on whatever its signal says, a few turns of the event loop between its words. */
const deafAgent: Agent = {
  async *run() {
    for (const event of SAID) {
      await turn();
      yield event;
    }
  },
};

describeFreshStores('cancel', (store) => {
  const { begin, request, open, readRun, messages, close, newSession, newEngine } = openRunBench(store);
  afterEach(close);

  const isEnd = ({ type }: RunEvent): boolean => type === 'RUN_FINISHED' || type === 'RUN_ERROR';

  /** What holds however a cancel and the run have met. */
  async function checkEnd(engine: Engine, { ref, seen }: { ref: RunRef; seen: readonly Frame[] }): Promise<string> {
    const told = await readRun(engine, ref);
    expect(seen).toEqual(told.slice(0, seen.length));
    expect(told.filter(({ event }) => isEnd(event))).toHaveLength(1);
    const last = told.at(-1)?.event;
    const outcome = last?.type === 'RUN_FINISHED' ? last.outcome.type : 'error';
    const [asked, answer, ...more] = await messages(ref.session);
    expect([asked?.role, more]).toEqual(['user', []]);
    expect(answer?.content ?? '').toBe(textOf(told));
    expect(WHOLE.startsWith(textOf(told))).toBe(true);
    expect(answer?.status ?? 'cancelled').toBe(outcome === 'success' ? 'complete' : 'cancelled');
    for (let again = 0; again < 2; again++) expect(await engine.cancel(ref)).toEqual({ kind: 'ended', status: outcome });
    expect(await readRun(engine, ref)).toEqual(told);
    return outcome;
  }

  /** Says nothing and never ends; `told` resolves once it has been told to stop. */
  function silentAgent(): { agent: Agent; told: Promise<void> } {
    let tell = (): void => undefined;
    const told = new Promise<void>((resolve) => (tell = resolve));
    const agent: Agent = {
      async *run({ signal }) {
        if (signal.aborted) tell();
        else signal.addEventListener('abort', tell);
        yield await new Promise<never>(() => undefined);
      },
    };
    return { agent, told };
  }

  test('in the moment between a run being stored and being run, it stops the agent too', async () => {
    const { agent, told } = silentAgent();
    const { engine, session } = await begin(agent);
    const call = request(session);
    const started = engine.start(call);
    while ((await engine.cancel(call.ref)).kind === 'missing');
    expect(await started).toMatchObject({ kind: 'started' });
    await told;
  }, 30_000);

  test('from another process, it reaches an agent that says nothing, with the next renewal of its lease', async () => {
    const { agent, told } = silentAgent();
    const { engine: owner, session } = await begin(agent, { leaseMs: 300 });
    await owner.recover();
    const call = request(session);
    await owner.start(call);
    const other = newEngine(agent);
    expect(await other.cancel(call.ref)).toEqual({ kind: 'ended', status: 'cancelled' });
    await told;
    expect((await readRun(other, call.ref)).at(-1)?.event).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    expect(await messages(session)).toHaveLength(1);
  }, 30_000);

  test('at every event: its reader sees no more than is stored, and what was said is kept', async () => {
    const { engine } = await begin(deafAgent);
    for (let place = 1; place <= 14; place++) {
      const call = request(await newSession());
      await engine.start(call);
      const frames = readFrames(await open(engine, call.ref));
      let count = 0;
      const before = await readUntil(frames, (event) => ++count === place || isEnd(event));
      const [first, second] = await Promise.all([engine.cancel(call.ref), engine.cancel(call.ref)]);
      expect(first).toEqual(second);
      await checkEnd(engine, { ref: call.ref, seen: [...before, ...(await collect(frames))] });
    }
  }, 30_000);

  test('at a hundred moments of the event loop: one end, and nothing after it', async () => {
    const { engine } = await begin(deafAgent);
    const outcomes = new Set<string>();
    const atMoment = async (turns: number): Promise<void> => {
      const call = request(await newSession());
      const started = engine.start(call);
      for (let passed = 0; passed < turns; passed++) await turn();
      const early = await engine.cancel(call.ref);
      await started;
      // A cancel that came before the run was there has cancelled nothing.
      if (early.kind === 'missing') await engine.cancel(call.ref);
      outcomes.add(await checkEnd(engine, { ref: call.ref, seen: [] }));
      expect(await engine.start({ ...request(call.ref.session), messages: call.messages })).toMatchObject({ kind: 'started' });
    };
    await fc.assert(fc.asyncProperty(fc.nat({ max: 60 }), atMoment), { numRuns: 100 });
    expect(outcomes).toContain('cancelled');
  }, 60_000);
});
