import { randomUUID } from 'node:crypto';
import type { Message, Participant } from '@familiar/protocol';
import type { Agent } from '../src/agents/agent.ts';
import { functionAgent } from '../src/agents/function-agent.ts';
import {
  createEngine,
  type Engine,
  type EngineDeps,
  openReader,
  type ReaderOptions,
  type RunRef,
  type RunRequest,
} from '../src/runs/index.ts';
import { createSession, listMessages } from '../src/sessions/index.ts';
import type { Store } from '../src/store/store.ts';
import { collect, type Frame, isType, readFrames, readUntil } from './run-frames.ts';

const scope = { agent: 'acme/helper', instance: 'inst_a' };
const participant: Participant = { level: 'anonymous', id: 'anon_x' };

/** An agent that says its pieces one by one, each when it is told to. */
export function steppedAgent(pieces: readonly string[]): { agent: Agent; step: () => void } {
  const waiting: (() => void)[] = [];
  let allowed = 0;
  const agent = functionAgent(async function* () {
    for (const piece of pieces) {
      if (allowed === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      allowed -= 1;
      yield piece;
    }
  });
  const step = (): void => {
    allowed += 1;
    waiting.shift()?.();
  };
  return { agent, step };
}

export type EngineOptions = Partial<Pick<EngineDeps, 'leaseMs' | 'retryMs' | 'report' | 'store'>>;

/** Engines over one store, with an anonymous visitor's sessions. `close` drains them all. */
export function openRunBench(store: Store) {
  const engines: Engine[] = [];
  const newEngine = (agent: Agent, options: EngineOptions = {}): Engine => {
    const engine = createEngine({ store, clock: Date.now, findAgent: () => agent, report: () => undefined, ...options });
    engines.push(engine);
    return engine;
  };
  const newSession = async (): Promise<string> =>
    (await store.transaction((sql) => createSession(sql, scope, { kind: 'anonymous', metadata: {}, now: 1 }))).id;
  const open = (engine: Engine, ref: RunRef, from: ReaderOptions['from'] = { kind: 'run', run: ref.run }) =>
    openReader({ store, bus: engine.bus }, { session: ref, from, mayRead: async () => true, onClose: () => undefined });
  return {
    scope,
    participant,
    newEngine,
    newSession,
    open,
    begin: async (agent: Agent, options: EngineOptions = {}) => ({ engine: newEngine(agent, options), session: await newSession() }),
    request: (session: string, text = 'hello'): RunRequest => ({
      ref: { scope, session, run: randomUUID() },
      participant,
      messages: [{ id: randomUUID(), text }],
    }),
    readRun: async (engine: Engine, ref: RunRef): Promise<Frame[]> => collect(readFrames(await open(engine, ref))),
    messages: async (session: string): Promise<readonly Message[]> => (await listMessages(store, scope, { session }))?.data ?? [],
    close: async (): Promise<void> => {
      await Promise.all(engines.splice(0).map((engine) => engine.drain(0)));
    },
  };
}

export type RunBench = ReturnType<typeof openRunBench>;

/** A run of an agent that says its pieces one by one, and has said the first. */
export async function startTalking({ begin, request, open }: RunBench, pieces: readonly string[], options: EngineOptions = {}) {
  const { agent, step } = steppedAgent(pieces);
  const { engine, session } = await begin(agent, options);
  const call = request(session);
  await engine.start(call);
  const frames = readFrames(await open(engine, call.ref));
  step();
  return { agent, engine, session, call, frames, step, seen: await readUntil(frames, isType('TEXT_MESSAGE_CONTENT')) };
}
