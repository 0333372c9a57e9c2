import type { Agent, Resume, Turn } from '../agents/agent.ts';
import type { Clock } from '../identity/clock.ts';
import { createInstanceMemory } from '../memory/index.ts';
import type { Store } from '../store/store.ts';
import { type Answer, consume, createAnswer, type Failure } from './answer.ts';
import { type Ending, statusOf, writeEnd } from './end-run.ts';
import { readHistory } from './history.ts';
import type { OpenRun, RunLog } from './journal.ts';
import type { RunRef } from './run-ref.ts';
import type { RunRequest } from './start-run.ts';

export interface EngineDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** The agent of `org/agent`, or `null`. */
  readonly findAgent: (name: string) => Agent | null;
  /** Codes and errors alone; never a text or an id. */
  readonly report: (event: RunReport) => void;
  /** Default 10 minutes; then the run ends as `agent_failed`. */
  readonly longestRunMs?: number;
  /** How long a silent owner keeps its runs. Default 30 s, renewed at a third of it. */
  readonly leaseMs?: number | undefined;
  /** Milliseconds before each further try of a write that the store failed. Default 50, 200, 1,000 and 3,000. */
  readonly retryMs?: readonly number[];
}

export interface RunReport {
  readonly event: 'run_started' | 'run_ended' | 'run_lost' | 'run_recovered' | 'housekeeping_failed';
  readonly status?: string;
  readonly durationMs?: number;
  readonly error?: unknown;
}

/** A run of this process. */
export interface LiveRun {
  readonly ref: RunRef;
  readonly stop: (ending: Ending) => void;
  readonly forget: () => void;
  /** As `runs.status` says it, or `gone`, or `lost`. */
  readonly over: Promise<string>;
}

const LONGEST_RUN_MS = 10 * 60_000;

export interface RunOptions {
  readonly request: RunRequest;
  readonly resume: Resume | null;
  readonly lastSeq: number;
  readonly open: (run: OpenRun) => RunLog;
}

/** Starts the agent at once. */
export function createRun(deps: EngineDeps, { request, resume, lastSeq, open }: RunOptions): LiveRun {
  const { ref } = request;
  const abort = new AbortController();
  let ending: Ending | null = null;
  const stop = (wanted: Ending): void => {
    ending ??= wanted;
    abort.abort();
  };
  const log: RunLog = open({ ref, lastSeq, onLost: () => stop({ kind: 'failed', code: 'store_unavailable' }) });
  const answer = createAnswer(log);
  const longest = setTimeout(() => stop({ kind: 'failed', code: 'agent_failed' }), deps.longestRunMs ?? LONGEST_RUN_MS);
  const work = async (): Promise<string> => {
    const startedAt = deps.clock();
    const failure = await run(deps, { request, resume, answer, signal: abort.signal });
    clearTimeout(longest);
    const final = (ending ??= failure === null ? endOf(answer, request) : { kind: 'failed', code: failure.code });
    const status = await finish(deps, { ref, log, answer, ending: final });
    deps.report({
      event: status === 'lost' ? 'run_lost' : 'run_ended',
      status,
      durationMs: deps.clock() - startedAt,
      error: failure?.error,
    });
    return status;
  };
  const forget = (): void => {
    log.drop();
    stop({ kind: 'cancelled' });
  };
  return { ref, stop, forget, over: work() };
}

function endOf(answer: Answer, { participant }: RunRequest): Ending {
  const pause = answer.pause();
  return pause === null ? { kind: 'success' } : { kind: 'interrupt', pause, participant };
}

interface RunWork {
  readonly request: RunRequest;
  readonly resume: Resume | null;
  readonly answer: Answer;
  readonly signal: AbortSignal;
}

async function run(deps: EngineDeps, { request, resume, answer, signal }: RunWork): Promise<Failure | null> {
  const { ref, participant } = request;
  const agent = deps.findAgent(ref.scope.agent);
  if (agent === null) return { code: 'agent_failed', error: null };
  try {
    const history = await readHistory(deps.store, ref);
    const source = { session: ref.session, message: request.messages.at(-1)?.id ?? null, participant, now: deps.clock() };
    const memory = createInstanceMemory(deps.store, ref.scope, source);
    const where = { agent: ref.scope.agent, instance: ref.scope.instance, session: ref.session };
    const turn = { ...where, history, participant: describe(request), memory, clock: deps.clock, signal };
    return await consume(agent, resume === null ? turn : { ...turn, resume }, answer);
  } catch (error) {
    return { code: 'store_unavailable', error };
  }
}

function describe({ participant, proof }: RunRequest): Turn['participant'] {
  const { level, id, name } = participant;
  return { level, id, ...(name === undefined ? {} : { name }), ...(proof === undefined ? {} : { proof }) };
}

interface Finish {
  readonly ref: RunRef;
  readonly log: RunLog;
  readonly answer: Answer;
  readonly ending: Ending;
}

/** `lost`: the store would not take the end; housekeeping ends it. `gone`: another process did, or its session is not there any more. */
async function finish(deps: EngineDeps, { ref, log, answer, ending }: Finish): Promise<string> {
  answer.close();
  try {
    const end = { ref, ending, answer: answer.said(), usage: answer.usage() };
    const how = await log.finish((sql) => writeEnd(sql, { ...end, nowMs: deps.clock() }));
    return how === 'gone' ? how : statusOf(ending);
  } catch {
    // Reported as lost by the caller; the store's own error was reported by whoever asked it last.
    return 'lost';
  }
}
