import { isTerminal, parseCursor, type RunEvent } from '@familiar/protocol';
import type { Clock } from '../config/clock.ts';
import { Failure, toFailure } from '../session/failure.ts';
import type { Api } from '../session/session.ts';
import { isFinal, retryDelayMs, SILENCE_LIMIT_MS } from './backoff.ts';
import { parseEvent } from './parse-event.ts';
import { readStream } from './read-stream.ts';

/** What to follow: a run to start with this message, or one that goes on already. */
export interface RunTarget {
  readonly sessionId: string;
  readonly runId: string;
  readonly message: { readonly id: string; readonly content: string; readonly context: Readonly<Record<string, unknown>> | null } | null;
}

export interface FollowOptions {
  readonly api: Api;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  onEvent(event: RunEvent): void;
  /** True when the connection is lost and is being sought again, false when it is back. */
  onReconnecting(isReconnecting: boolean): void;
}

const MAX_ATTEMPTS = 10;

/**
 * Starts or joins a run and hands on its events, each once and in order, over as many connections as it takes.
 * Resolves after the terminal event; throws `Failure` when trying again cannot help, with `aborted` after an abort.
 */
export async function followRun(target: RunTarget, options: FollowOptions): Promise<void> {
  let seen = 0;
  let isEnded = false;
  let attempt = 0;
  const take = (id: string, data: string): boolean => {
    const cursor = parseCursor(id);
    const event = parseEvent(data);
    const isOurs = cursor?.stream === target.runId;
    if (event?.type === 'CUSTOM' && event.name === 'resume_gap') {
      options.onEvent(event);
      return (isEnded = true);
    }
    if (!isOurs || cursor.seq <= seen) return false;
    seen = cursor.seq;
    attempt = 0;
    if (event === null) return false;
    options.onEvent(event);
    return (isEnded = isTerminal(event));
  };
  for (;;) {
    let retryAfterMs: number | undefined;
    let cause = 'network_error';
    try {
      const response = await connectInTime(target, seen, options);
      if (response.status === 204) return;
      options.onReconnecting(false);
      await readStream(response, ({ id, data }) => take(id, data), options);
    } catch (error) {
      const failure = toFailure(error);
      if (isFinal(failure.status) || isHopeless(failure)) throw failure;
      retryAfterMs = failure.retryAfterMs;
      cause = failure.code;
    }
    if (options.signal.aborted) throw new Failure('aborted');
    if (isEnded) return;
    if (attempt >= MAX_ATTEMPTS) throw new Failure(cause, { retryAfterMs });
    options.onReconnecting(true);
    await pause(retryDelayMs(attempt, options.random, retryAfterMs), options);
    attempt += 1;
  }
}

/** Answers that are no lost connection: a cap, a size, a run in the way, an identity that must be renewed by the page. */
function isHopeless({ code, status }: Failure): boolean {
  return (
    status === 402 ||
    status === 409 ||
    status === 413 ||
    status === 422 ||
    code === 'limit_reached' ||
    code === 'identity_token_unavailable' ||
    code === 'aborted'
  );
}

/** `connect`, given up after 40 s without an answer: a retry follows. */
async function connectInTime(target: RunTarget, seen: number, options: FollowOptions): Promise<Response> {
  const attempt = new AbortController();
  const cancel = options.clock.after(SILENCE_LIMIT_MS, () => attempt.abort(new DOMException('No answer in time.', 'TimeoutError')));
  const signal = AbortSignal.any([options.signal, attempt.signal]);
  return connect(target, seen, { ...options, signal }).finally(cancel);
}

async function connect({ sessionId, runId, message }: RunTarget, seen: number, { api, signal }: FollowOptions): Promise<Response> {
  const path = `/v1/sessions/${encodeURIComponent(sessionId)}`;
  // Posting the same run again joins it (contract §7), so that a post whose answer was lost is simply posted again.
  if (seen === 0 && message !== null) {
    const context = Object.entries(message.context ?? {}).map(([description, value]) => ({ description, value: String(value) }));
    const body = {
      threadId: sessionId,
      runId,
      messages: [{ id: message.id, role: 'user', content: message.content }],
      state: {},
      tools: [],
      context,
      forwardedProps: {},
    };
    return api.call(`${path}/runs`, { method: 'POST', body, headers: { accept: 'text/event-stream' }, signal });
  }
  return api.call(`${path}/events`, { headers: { accept: 'text/event-stream', 'last-event-id': `${runId}:${seen}` }, signal });
}

async function pause(delayMs: number, { clock, signal }: FollowOptions): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = clock.after(delayMs, finish);
    function finish(): void {
      cancel();
      signal.removeEventListener('abort', finish);
      globalThis.removeEventListener('online', finish);
      resolve();
    }
    signal.addEventListener('abort', finish);
    // The network is back: no need to wait out the pause.
    globalThis.addEventListener('online', finish);
  });
  if (signal.aborted) throw new Failure('aborted');
}
