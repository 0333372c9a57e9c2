import type { RunEvent } from '@familiar/protocol';
import { expect, it, vi } from 'vitest';
import { effect } from '../reactive/signal.ts';
import { createChatServer, sse } from '../test/chat-server.ts';
import { ME, openConversation } from '../test/open-conversation.ts';

const until = async (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 2_000, interval: 2 });
const tick = async (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve));

const HI = { id: 'MSG', seq: 1, role: 'user', content: 'Hi', run_id: 'RUN', participant: ME, status: 'complete', created_at: '' } as const;
const EVENTS: readonly RunEvent[] = [
  { type: 'RUN_STARTED', threadId: 's', runId: 'RUN' },
  { type: 'CUSTOM', name: 'message_stored', value: HI },
  { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' },
  { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'Hel' },
  { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'lo' },
  { type: 'RUN_FINISHED', threadId: 's', runId: 'RUN', outcome: { type: 'success' } },
];

interface Asked {
  readonly runId: string;
  /** Of the run, as the server tells them. */
  readonly events: readonly RunEvent[];
  /** The last event that is known. */
  readonly after: number;
}
type Answer = (asked: Asked) => Response;
const all: Answer = ({ runId, events }) => sse(runId, events);

/** "Hi", answered over these connections, one after the other; then over none. */
function ask(...answers: Answer[]) {
  const server = createChatServer();
  const asked: string[] = [];
  const ids = { RUN: '', MSG: '' };
  server.intercept = ({ path, headers, body }) => {
    if (!/runs$|events$/.test(path)) return undefined;
    asked.push(path.replace(/.*\//, ''));
    ids.RUN ||= String(body?.['runId']);
    ids.MSG ||= /"id":"([^"]+)"/.exec(JSON.stringify(body))?.[1] ?? '';
    const events: RunEvent[] = JSON.parse(JSON.stringify(EVENTS).replaceAll('"RUN"', `"${ids.RUN}"`).replaceAll('"MSG"', `"${ids.MSG}"`));
    const after = Number(headers.get('last-event-id')?.split(':')[1] ?? 0);
    return answers.shift()?.({ runId: ids.RUN, events, after }) ?? Promise.reject(new TypeError('Failed to fetch'));
  };
  const chat = openConversation(server);
  const phases: string[] = [];
  effect(() => void phases.push(chat.phase.value));
  chat.send('Hi');
  return { ...chat, asked, phases };
}

async function isAnsweredOnce(chat: ReturnType<typeof ask>): Promise<void> {
  const { heard, states, texts } = chat;
  await chat.settle(() => expect(states()).toEqual(['sent', 'complete']));
  expect(texts()).toEqual(['Hi', 'Hello']);
  expect(heard).toEqual(['sessionstarted', 'messagesent']);
}

it('hears every event once, wherever the connection breaks', async () => {
  for (let cut = 0; cut < EVENTS.length; cut += 1) {
    const chat = ask(
      ({ runId, events }) => sse(runId, events.slice(0, cut)),
      ({ runId, events, after }) => sse(runId, events, after),
    );
    await isAnsweredOnce(chat);
    expect(chat.phases).toContain('reconnecting');
    expect(chat.asked).toEqual(['runs', cut === 0 ? 'runs' : 'events']);
  }
});

it('skips events that come a second time', async () => {
  const chat = ask(
    ({ runId, events }) => sse(runId, events.slice(0, 4)),
    ({ runId, events }) => sse(runId, events, 3),
  );
  await isAnsweredOnce(chat);
  expect(chat.asked).toEqual(['runs', 'events']);
});

it('ignores what it does not know, what is no JSON, and events of other runs or none', async () => {
  const strange = ['', '{', 'null', '7', '[]', '{"type":"toString"}', '{"type":"SOMETHING_NEW"}', '{"type":"CUSTOM","name":"new"}'];
  const last = `data: ${JSON.stringify(EVENTS.at(-1))}\n\n`;
  const chat = ask(
    ({ runId }) =>
      new Response([last, ...strange.map((data, at) => `id: ${runId}:${at + 1}\ndata: ${data}\n\n`), 'id: other:1\n', last].join('')),
    // As many that are known by now.
    ({ runId, events }) => sse(runId, [...strange.map(() => EVENTS.slice(-1)).flat(), ...events]),
  );
  await isAnsweredOnce(chat);
  expect(chat.asked).toEqual(['runs', 'events']);
});

it('takes 40 s of silence for a dead connection', async () => {
  const silent = new Response(new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode(': hi\n\n')) }));
  const chat = ask(() => silent, all);
  await until(() => expect(chat.asked).toHaveLength(1));
  await tick();
  chat.clock.advance(39_999);
  await tick();
  expect(chat.asked).toHaveLength(1);
  expect(chat.phases).not.toContain('reconnecting');
  chat.clock.advance(1);
  await until(() => expect(chat.phase.value).toBe('reconnecting'));
  await isAnsweredOnce(chat);
});

it('seeks no connection any more once it is disposed of', async () => {
  const chat = ask();
  await until(() => expect(chat.phase.value).toBe('reconnecting'));
  chat.dispose();
  chat.clock.advance(60_000);
  await tick();
  expect(chat.asked).toHaveLength(1);
});
