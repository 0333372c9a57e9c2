import type { Clock } from '../config/clock.ts';
import { Failure, toFailure } from '../session/failure.ts';
import type { Api } from '../session/session.ts';
import { isFinal, MAX_ATTEMPTS, retryDelayMs, SILENCE_LIMIT_MS } from './backoff.ts';
import { type HeardEvent, parseEvent } from './parse-event.ts';
import { createSseParser } from './sse.ts';

export interface Target {
  /** The session's, `/v1/sessions/…`. */
  readonly path: string;
  /** The only run whose events are wanted; null: everything that happens in the session. */
  readonly runId: string | null;
  /** The id of the last event that is known, moved on with each: `<runId>:0` for all of a run; null to post `input`, or to begin with now. */
  cursor?: string | null | undefined;
  /** AG-UI's `RunAgentInput`, posted until a first event has come: posting the same run again joins it. */
  readonly input: unknown;
}

export interface FollowOptions {
  readonly api: Api;
  readonly clock: Clock;
  /** From 0 to 1, for the jitter of reconnects. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Each event once and in order. True: enough. */
  readonly onEvent: (event: HeardEvent) => boolean;
  /** False when the connection is lost and is being sought again, true when it is back. */
  readonly onConnection: (isConnected: boolean) => void;
}

const STABLE_MS = 60_000;
/** `<run or session>:<number>`, as the protocol's `formatCursor` writes it. */
const CURSOR = /^([\w-]+):(\d+)$/;

/**
 * Hands on events until `onEvent` says that it is enough or the signal aborts, over as many connections as it takes: a
 * stream that only stops is a lost connection too. Throws `Failure` where trying again cannot help or did not in ten attempts.
 */
export async function follow(target: Target, options: FollowOptions): Promise<void> {
  const { clock, signal } = options;
  let attempt = 0;
  let isDone = false;
  const take = (data: string, id: string): boolean => {
    const event = parseEvent(data);
    const isGap = event?.type === 'resume_gap';
    if (isDone || signal.aborted || !(isGap || isNext(target, id))) return isDone;
    if (!isGap) {
      target.cursor = id;
      attempt = 0;
    }
    return (isDone = event !== null && options.onEvent(event));
  };
  while (!signal.aborted) {
    const since = clock.now();
    const failure = await listen(target, take, options).catch(toFailure);
    if (isDone || signal.aborted) return;
    if (clock.now() - since > STABLE_MS) attempt = 0;
    if (isFinal(failure) || attempt >= MAX_ATTEMPTS) throw failure;
    options.onConnection(false);
    await pause(retryDelayMs(attempt, options.random, failure.retryAfterMs), options);
    attempt += 1;
  }
}

function isNext({ runId, cursor }: Target, id: string): boolean {
  const [, stream, seq] = CURSOR.exec(id) ?? [];
  const [, known, last] = CURSOR.exec(cursor ?? '') ?? [];
  return stream !== undefined && (runId ?? stream) === stream && !(stream === known && Number(seq) <= Number(last));
}

/** One connection, until it ends for whatever reason. */
async function listen(
  { path, cursor, input }: Target,
  take: (data: string, id: string) => boolean,
  { api, clock, signal, onConnection }: FollowOptions,
): Promise<Failure> {
  const connection = new AbortController();
  const init = {
    headers: { accept: 'text/event-stream', ...(cursor && { 'last-event-id': cursor }) },
    signal: AbortSignal.any([signal, connection.signal]),
  };
  let isDone = false;
  let calmDown = (): void => undefined;
  const watch = (): void => {
    calmDown();
    calmDown = clock.after(SILENCE_LIMIT_MS, () => connection.abort());
  };
  try {
    watch();
    const response = await (!cursor && input
      ? api.call(`${path}/runs`, { ...init, method: 'POST', body: input })
      : api.call(`${path}/events`, init));
    // "No Content": the server wants no more of this (WHATWG HTML §9.2.3).
    if (response.status === 204) return new Failure('gone', { status: 410 });
    onConnection(true);
    const reader = response.body?.pipeThrough(new TextDecoderStream(), init).getReader();
    const feed = createSseParser((data, id) => (isDone = take(data, id)));
    for (;;) {
      watch();
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) break;
      feed(value);
      if (isDone) break;
    }
    return new Failure('network_error');
  } finally {
    calmDown();
    connection.abort();
  }
}

/** Waits; less when the network is back before. */
export async function pause(delayMs: number, { clock, signal }: Pick<FollowOptions, 'clock' | 'signal'>): Promise<void> {
  const over = new AbortController();
  const end = (): void => over.abort();
  const cancel = clock.after(delayMs, end);
  const listening = { signal: over.signal };
  signal.addEventListener('abort', end, listening);
  addEventListener('online', end, listening);
  await new Promise((resolve) => over.signal.addEventListener('abort', resolve));
  cancel();
}
