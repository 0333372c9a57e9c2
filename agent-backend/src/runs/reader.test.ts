import { LIMITS, type RunEvent } from '@familiar/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { createSqliteSource } from '../../test/stores.ts';
import { createSession } from '../sessions/index.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { createEventBus } from './event-bus.ts';
import { type CloseReason, openReader } from './reader.ts';
import { insertEvents } from './stored-event.ts';

const EVENTS = 300;
const PIECE = 'x'.repeat(8 * 1024);

const undos: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of undos.splice(0)) await undo();
  vi.useRealTimers();
});

/** A session with many large events, and a reader that begins before the first of them. */
async function openBacklog() {
  const source = createSqliteSource();
  const opened = await openStore(await source.create());
  let hasRead = (): void => undefined;
  const firstRead = new Promise<void>((resolve) => (hasRead = resolve));
  const store: Store = {
    ...opened,
    async rows(text, values) {
      const rows = await opened.rows<never>(text, values);
      if (rows.length > 1) hasRead();
      return rows;
    },
  };
  const scope = { agent: 'acme/helper', instance: 'inst_a' };
  const { id } = await store.transaction((sql) => createSession(sql, scope, { kind: 'anonymous', metadata: {}, now: 1 }));
  const session = { scope, session: id };
  const event: RunEvent = { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: PIECE };
  const events = Array.from({ length: EVENTS }, () => event);
  await store.transaction((sql) => insertEvents(sql, { session, stream: 'run', firstSeq: 1, events, nowMs: 1 }));
  const from = { kind: 'session', lastEventId: 'run:0' } as const;
  const closed: CloseReason[] = [];
  const onClose = (why: CloseReason): void => void closed.push(why);
  const stream = await openReader({ store, bus: createEventBus() }, { session, from, mayRead: async () => true, onClose });
  await firstRead;
  await new Promise((resolve) => setImmediate(resolve));
  const reader = (stream ?? new ReadableStream<Uint8Array>()).getReader();
  undos.push(async () => {
    await reader.cancel().catch(() => undefined);
    await store.close();
    await source.stop();
  });
  return { store, reader, closed };
}

const seqsIn = (text: string): number[] => [...text.matchAll(/^id: run:(\d+)$/gm)].map(([, seq]) => Number(seq));
const ALL = Array.from({ length: EVENTS }, (_, index) => index + 1);

test('a reader that catches up has no more waiting for it than it may fall behind, and gets all of it', async () => {
  const { store, reader } = await openBacklog();
  // Whatever is not waiting in memory by now is read from the rows as they are from now on.
  await store.run("UPDATE events SET data = '{}'");
  let text = '';
  while (!text.includes(`id: run:${EVENTS}\n`)) text += new TextDecoder().decode((await reader.read()).value);
  const inMemory = text.split(PIECE).length - 1;
  expect(inMemory).toBeGreaterThan(1);
  expect(inMemory * PIECE.length).toBeLessThanOrEqual(LIMITS.slowReaderBytes + PIECE.length);
  expect(seqsIn(text)).toEqual(ALL);
});

test('one that catches up slowly, a piece in 15 seconds, is not taken for one that stopped', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { reader, closed } = await openBacklog();
  let text = '';
  while (!text.includes(`id: run:${EVENTS}\n`)) {
    text += new TextDecoder().decode((await reader.read()).value);
    await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(LIMITS.heartbeatMs);
  }
  expect(seqsIn(text)).toEqual(ALL);
  expect(closed).toEqual([]);
});

test('one that takes nothing for two heartbeats is cut off', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { reader, closed } = await openBacklog();
  vi.advanceTimersByTime(2 * LIMITS.heartbeatMs);
  expect(closed).toEqual(['too_slow']);
  await expect(reader.read()).rejects.toThrow('too slow');
});
