import type { RunEvent } from '@familiar/protocol';
import { expect, it, vi } from 'vitest';
import { Failure } from '../session/failure.ts';
import type { Api } from '../session/session.ts';
import type { CallInit } from '../session/transport.ts';
import { sse } from '../test/chat-server.ts';
import { createManualClock } from '../test/manual-clock.ts';
import { retryDelayMs, SILENCE_LIMIT_MS } from './backoff.ts';
import { follow as followTarget } from './follow.ts';
import { type HeardEvent, parseEvent } from './parse-event.ts';

const RUN = 'run-1';
const EVENTS: readonly RunEvent[] = [
  { type: 'RUN_STARTED', threadId: 's', runId: RUN },
  { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' },
  { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'Hel' },
  { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'lo' },
  { type: 'RUN_FINISHED', threadId: 's', runId: RUN, outcome: { type: 'success' } },
];

const HEARD = EVENTS.map((event) => parseEvent(JSON.stringify(event)));

type Answer = (init: CallInit, path: string) => Response;

function follow(answers: Answer[], random = () => 0.5) {
  const clock = createManualClock();
  const calls: { path: string; init: CallInit }[] = [];
  const events: HeardEvent[] = [];
  const states: boolean[] = [];
  const life = new AbortController();
  const call: Api['call'] = async (path, init = {}) => {
    calls.push({ path, init });
    const answer = answers.shift();
    if (answer === undefined) throw new Failure('network_error');
    return answer(init, path);
  };
  const over = followTarget({
    runId: RUN,
    cursor: null,
    open: async (init, cursor) => (cursor ? call('events', init) : call('runs', { ...init, method: 'POST' })),
    clock,
    random,
    signal: life.signal,
    onEvent(event) {
      events.push(event);
      if (event.type === 'RUN_FINISHED') life.abort();
    },
    onConnection: (isConnected) => states.push(isConnected),
  });
  return { clock, calls, events, states, life, over };
}

const tick = async (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve));

async function settle(run: ReturnType<typeof follow>): Promise<void> {
  let isOver = false;
  const done = run.over.finally(() => (isOver = true));
  done.catch(() => undefined);
  await vi.waitFor(
    () => {
      run.clock.advance(30_500);
      expect(isOver).toBe(true);
    },
    { timeout: 5_000, interval: 1 },
  );
  await done;
}

it('hands on every event once, wherever the connection breaks', async () => {
  for (let cut = 0; cut < EVENTS.length; cut += 1) {
    const resume: Answer = (init) => sse(RUN, EVENTS, init.method === 'POST' ? 0 : Number(init.headers?.['last-event-id']?.split(':')[1]));
    const run = follow([() => sse(RUN, EVENTS.slice(0, cut)), resume]);
    await settle(run);
    expect(run.events).toEqual(HEARD);
    expect(run.states).toContain(false);
    expect(run.calls[1]?.path).toBe(cut === 0 ? 'runs' : 'events');
  }
});

it('skips events that come a second time', async () => {
  const run = follow([() => sse(RUN, EVENTS.slice(0, 3)), () => sse(RUN, EVENTS)]);
  await settle(run);
  expect(run.events).toEqual(HEARD);
});

it('ignores events it does not know, and those of other runs', async () => {
  const strange = `id: ${RUN}:1\ndata: {"type":"SOMETHING_NEW"}\n\nid: ${RUN}:2\ndata: not json\n\nid: other:1\ndata: ${JSON.stringify(EVENTS[4])}\n\n`;
  const run = follow([() => new Response(strange), () => sse(RUN, [...EVENTS.slice(0, 2), ...EVENTS])]);
  await settle(run);
  expect(run.events.at(-1)?.type).toBe('RUN_FINISHED');
  expect(run.events).not.toContainEqual({ type: 'SOMETHING_NEW' });
});

it('stops for good on 400, 401, 403, 404 and 410', async () => {
  for (const status of [400, 401, 403, 404, 410]) {
    const run = follow([
      () => {
        throw new Failure('malformed_request', { status });
      },
      () => sse(RUN, EVENTS),
    ]);
    await expect(run.over).rejects.toMatchObject({ status });
    expect(run.calls).toHaveLength(1);
  }
});

it('takes 40 s of silence for a dead connection', async () => {
  const silent = new Response(new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode(': hi\n\n')) }));
  const run = follow([() => silent, () => sse(RUN, EVENTS)], () => 0);
  await tick();
  run.clock.advance(SILENCE_LIMIT_MS - 1);
  await tick();
  expect(run.calls).toHaveLength(1);
  run.clock.advance(1);
  await vi.waitFor(() => expect(run.states).toContain(false));
  run.clock.advance(0);
  await run.over;
  expect(run.events).toEqual(HEARD);
});

it('ends at once when it is no longer wanted', async () => {
  const run = follow([]);
  await tick();
  run.life.abort();
  await run.over;
  expect(run.calls).toHaveLength(1);
});

it('waits 0.5 s doubled, jittered over its whole length, half a minute at most', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => retryDelayMs(attempt, () => 1))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
  ]);
  expect(retryDelayMs(3, () => 0)).toBe(0);
  expect(retryDelayMs(0, () => 0, 7_000)).toBe(7_000);
});
