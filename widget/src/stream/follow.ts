import { type Cursor, formatCursor, parseCursor } from '@familiar/protocol';
import type { Clock } from '../config/clock.ts';
import { Failure, toFailure } from '../session/failure.ts';
import type { Api } from '../session/session.ts';
import { isFinal, retryDelayMs, SILENCE_LIMIT_MS } from './backoff.ts';
import { type HeardEvent, parseEvent } from './parse-event.ts';
import { createSseParser } from './sse.ts';

export interface Target {
  readonly sessionId: string;
  /** The only run whose events are wanted; null: everything that happens in the session. */
  readonly runId: string | null;
  /** The id of the last event that is known, `<runId>:0` for all of a run; null to post `input`, or to begin with now. */
  readonly after: string | null;
  /** AG-UI's `RunAgentInput`, posted until a first event has come: posting the same run again joins it. */
  readonly input: unknown;
}

export interface FollowOptions {
  readonly api: Api;
  readonly clock: Clock;
  /** From 0 to 1, for the jitter of reconnects. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Each event once and in order, with its id. True: enough. */
  onEvent(event: HeardEvent, id: string): boolean;
  /** False when the connection is lost and is being sought again, true when it is back. */
  onConnection(isConnected: boolean): void;
}

const MAX_ATTEMPTS = 10;
const STABLE_MS = 60_000;

/**
 * Hands on events until `onEvent` says that it is enough, over as many connections as it takes.
 * Throws `Failure` where trying again cannot help or did not in ten attempts, with `aborted` after an abort.
 */
export async function follow(target: Target, options: FollowOptions): Promise<void> {
  const { clock, signal } = options;
  const state: State = { cursor: parseCursor(target.after), attempt: 0, isDone: false };
  for (;;) {
    const since = clock.now();
    const failure = await listen(target, state, options);
    if (signal.aborted) throw new Failure('aborted');
    if (state.isDone) return;
    if (isFinal(failure)) throw failure;
    if (clock.now() - since > STABLE_MS) state.attempt = 0;
    if (state.attempt >= MAX_ATTEMPTS) throw failure;
    options.onConnection(false);
    await pause(retryDelayMs(state.attempt, options.random, failure.retryAfterMs), options);
    if (signal.aborted) throw new Failure('aborted');
    state.attempt += 1;
  }
}

interface State {
  cursor: Cursor | null;
  attempt: number;
  isDone: boolean;
}

/** One connection, until it ends for whatever reason: a stream that only stops is a lost connection too. */
async function listen(target: Target, state: State, options: FollowOptions): Promise<Failure> {
  const connection = new AbortController();
  const signal = AbortSignal.any([options.signal, connection.signal]);
  let calmDown = (): void => undefined;
  const watch = (): void => {
    calmDown();
    calmDown = options.clock.after(SILENCE_LIMIT_MS, () => connection.abort(new DOMException('', 'TimeoutError')));
  };
  try {
    watch();
    const response = await connect(target, state.cursor, { api: options.api, signal });
    // "No Content": the server wants no more of this (WHATWG HTML §9.2.3).
    if (response.status === 204) return new Failure('gone', { status: 410 });
    options.onConnection(true);
    const reader = response.body?.getReader();
    signal.addEventListener('abort', () => void reader?.cancel().catch(() => undefined));
    const decoder = new TextDecoder();
    const feed = createSseParser(({ id, data }) => take({ id, data, target, state, options }));
    while (!state.isDone) {
      watch();
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done || signal.aborted) break;
      feed(decoder.decode(value, { stream: true }));
    }
    return new Failure('network_error');
  } catch (error) {
    return toFailure(error);
  } finally {
    calmDown();
    connection.abort();
  }
}

interface Taken {
  readonly id: string;
  readonly data: string;
  readonly target: Target;
  readonly state: State;
  readonly options: FollowOptions;
}

function take({ id, data, target, state, options }: Taken): void {
  if (state.isDone || options.signal.aborted) return;
  const at = parseCursor(id);
  const event = parseEvent(data);
  const isWanted = at !== null && (target.runId ?? at.stream) === at.stream;
  if (event?.type !== 'resume_gap') {
    if (!isWanted || (at.stream === state.cursor?.stream && at.seq <= state.cursor.seq)) return;
    state.cursor = at;
    state.attempt = 0;
  }
  if (event !== null) state.isDone = options.onEvent(event, id);
}

async function connect(
  { sessionId, input }: Target,
  cursor: Cursor | null,
  { api, signal }: Pick<FollowOptions, 'api' | 'signal'>,
): Promise<Response> {
  const path = `/v1/sessions/${encodeURIComponent(sessionId)}`;
  const headers = { accept: 'text/event-stream', ...(cursor === null ? {} : { 'last-event-id': formatCursor(cursor) }) };
  return cursor === null && input !== null
    ? api.call(`${path}/runs`, { method: 'POST', body: input, headers, signal })
    : api.call(`${path}/events`, { headers, signal });
}

/** Waits; less when the network is back before. */
export async function pause(delayMs: number, { clock, signal }: Pick<FollowOptions, 'clock' | 'signal'>): Promise<void> {
  const isOver = new AbortController();
  await new Promise<unknown>((resolve) => {
    const listening = { signal: isOver.signal };
    isOver.signal.addEventListener(
      'abort',
      clock.after(delayMs, () => resolve(null)),
    );
    signal.addEventListener('abort', resolve, listening);
    globalThis.addEventListener('online', resolve, listening);
  });
  isOver.abort();
}
