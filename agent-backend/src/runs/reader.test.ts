import { LIMITS, type RunEvent } from '@familiar/protocol';
import { expect, test } from 'vitest';
import { createSqliteSource } from '../../test/stores.ts';
import { createSession } from '../sessions/index.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { createEventBus } from './event-bus.ts';
import { openReader } from './reader.ts';
import { insertEvents } from './stored-event.ts';

const EVENTS = 300;
const PIECE = 'x'.repeat(8 * 1024);

test('a reader that catches up has no more waiting for it than it may fall behind, and gets all of it', async () => {
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
  const stream = await openReader({ store, bus: createEventBus() }, { session, from, mayRead: async () => true, onClose: () => undefined });
  await firstRead;
  await new Promise((resolve) => setImmediate(resolve));
  // Whatever is not waiting in memory by now is read from the rows as they are from now on.
  await store.run("UPDATE events SET data = '{}'");
  const reader = (stream ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes(`id: run:${EVENTS}\n`)) text += (await reader.read()).value ?? '';
  await reader.cancel();
  const inMemory = text.split(PIECE).length - 1;
  expect(inMemory).toBeGreaterThan(1);
  expect(inMemory * PIECE.length).toBeLessThanOrEqual(LIMITS.slowReaderBytes + PIECE.length);
  expect([...text.matchAll(/^id: run:(\d+)$/gm)].map(([, seq]) => Number(seq))).toEqual(events.map((_, index) => index + 1));
  await store.close();
  await source.stop();
});
