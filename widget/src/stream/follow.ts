import type { Clock } from '../config/clock.ts';
import { withLimit } from '../identity/vault.ts';
import { Failure, toFailure } from '../session/failure.ts';
import type { CallInit } from '../session/transport.ts';
import { isFinal, MAX_ATTEMPTS, retryDelayMs, SILENCE_LIMIT_MS } from './backoff.ts';
import { type HeardEvent, parseEvent } from './parse-event.ts';
import { createSseParser } from './sse.ts';

export interface FollowOptions {
  /** The only run whose events are wanted; null: everything that happens in the session. */
  readonly runId: string | null;
  /** The id of the last event that is known: `<runId>:0` for all of a run; null where nothing is. */
  readonly cursor: string | null;
  /** Asks for the events after the cursor, which `init` names: `GET …/events`, or what begins it all as long as there is none. */
  readonly open: (init: CallInit, cursor: string | null) => Promise<Response>;
  readonly clock: Clock;
  /** From 0 to 1, for the jitter of reconnects. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Each event once and in order, with its id. */
  readonly onEvent: (event: HeardEvent, id: string) => void;
  /** False when the connection is lost and is being sought again, true when it is back. */
  readonly onConnection: (isConnected: boolean) => void;
}

const STABLE_MS = 60_000;
/** `<run or session>:<number>`, as the protocol's `formatCursor` writes it. */
const CURSOR = /^([\w-]+):(\d+)$/;

/**
 * Hands on events until the signal aborts, over as many connections as it takes: a stream that only stops is a lost
 * connection too. Throws `Failure` where trying again cannot help or did not in ten attempts of a browser that is online.
 */
export async function follow(options: FollowOptions): Promise<void> {
  const { clock, onConnection, onEvent, random, runId, signal } = options;
  let { cursor } = options;
  let attempt = 0;
  const take = (data: string, id: string): void => {
    const event = parseEvent(data);
    const isGap = event?.type === 'resume_gap';
    if (signal.aborted || !(isGap || isNext(id, cursor, runId))) return;
    if (!isGap) {
      cursor = id;
      attempt = 0;
    }
    if (event) onEvent(event, id);
  };
  while (!signal.aborted) {
    const since = clock.now();
    try {
      await listen(options, cursor, take);
    } catch (error) {
      if (signal.aborted) return;
      const failure = toFailure(error);
      if (clock.now() - since > STABLE_MS) attempt = 0;
      if (isFinal(failure) || (attempt >= MAX_ATTEMPTS && navigator.onLine)) throw failure;
      onConnection(false);
      await pause(retryDelayMs(attempt, random, failure.retryAfterMs), options);
      attempt += 1;
    }
  }
}

function isNext(id: string, cursor: string | null, runId: string | null): boolean {
  const [, stream, seq] = CURSOR.exec(id) ?? [];
  const [, known, last] = CURSOR.exec(cursor ?? '') ?? [];
  return stream !== undefined && (runId ?? stream) === stream && !(stream === known && Number(seq) <= Number(last));
}

/** One connection. Throws when it ends, for whatever reason. */
async function listen(
  { open, clock, signal, onConnection }: FollowOptions,
  cursor: string | null,
  take: (data: string, id: string) => void,
): Promise<never> {
  const connection = new AbortController();
  const init = {
    headers: { accept: 'text/event-stream', ...(cursor && { 'last-event-id': cursor }) },
    signal: AbortSignal.any([signal, connection.signal]),
  };
  try {
    const response = await withLimit(open(init, cursor), SILENCE_LIMIT_MS, clock);
    onConnection(true);
    if (response.body) {
      const reader = response.body.pipeThrough(new TextDecoderStream(), init).getReader();
      const feed = createSseParser(take);
      for (let text: string | undefined = ''; text !== undefined; { value: text } = await withLimit(reader.read(), SILENCE_LIMIT_MS, clock))
        feed(text);
    }
    throw new Failure('network_error');
  } finally {
    connection.abort();
  }
}

/** Waits; less when the network is back before, or nobody waits any more. */
export async function pause(delayMs: number, { clock, signal }: Pick<FollowOptions, 'clock' | 'signal'>): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => resolve();
    clock.after(delayMs, end);
    signal.addEventListener('abort', end);
    addEventListener('online', end, { once: true, signal });
  });
}
