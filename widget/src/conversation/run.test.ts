import type { RunEvent } from '@familiar/protocol';
import { afterEach, expect, it, vi } from 'vitest';
import { createChatServer, problem } from '../test/chat-server.ts';
import { openConversation } from '../test/open-conversation.ts';

const until = async (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 2_000, interval: 2 });

/** A run that has begun, and what it says next. */
async function running() {
  const server = createChatServer();
  server.isHeld = true;
  const chat = openConversation(server);
  chat.send('Hi');
  await until(() => expect(chat.states()).toEqual(['sent']));
  const runId = server.activeRun() ?? '';
  const tell = (event: object): void => server.log.emit(runId, event as RunEvent);
  return { server, chat, runId, tell, answers: () => chat.texts().slice(1) };
}

const word = (delta: string): RunEvent => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta });
const start: RunEvent = { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' };

it('is streaming until the terminal event, whatever was said', async () => {
  const { server, chat, tell, answers } = await running();
  for (const event of [start, word('Hel'), word('lo'), { type: 'TEXT_MESSAGE_END', messageId: 'm' } as const]) tell(event);
  await until(() => expect(answers()).toEqual(['Hello']));
  expect(chat.states()).toEqual(['sent', 'streaming']);
  server.finish();
  await until(() => expect(chat.states()).toEqual(['sent', 'complete']));
});

it('changes one text with a word, and the list with a message only', async () => {
  const { server, chat, tell, answers } = await running();
  tell(start);
  await until(() => expect(answers()).toEqual(['']));
  const before = chat.messages.value;
  tell(word('Hello'));
  await until(() => expect(answers()).toEqual(['Hello']));
  expect(chat.messages.value).toBe(before);
  server.finish();
});

it('believes the stored message over its deltas, and tells of it once', async () => {
  const { server, chat, tell, answers } = await running();
  tell(start);
  tell(word('Hel'));
  const stored = { id: 'm', role: 'assistant', content: 'Hello there', run_id: null, participant: null, status: 'complete' } as const;
  const [{ seq } = { seq: 0 }] = server.log.messages.slice(-1);
  tell({ type: 'CUSTOM', name: 'message_stored', value: { ...stored, seq: seq + 1, created_at: '' } });
  tell({ type: 'CUSTOM', name: 'message_stored', value: { ...stored, seq: seq + 1, created_at: '' } });
  tell(word('!'));
  server.finish();
  await until(() => expect(chat.phase.value).toBe('idle'));
  expect(answers()).toEqual(['Hello there']);
  expect(chat.heard.filter((what) => what === 'messagereceived')).toHaveLength(1);
});

it('keeps what was said when it is cancelled, interrupted or fails', async () => {
  const endings: readonly [AnswerEnd, RunEvent | null][] = [
    ['cancelled', null],
    ['interrupted', { type: 'RUN_ERROR', message: '', code: 'interrupted' }],
    ['failed', { type: 'RUN_ERROR', message: '', code: 'model_unavailable' }],
  ];
  for (const [state, error] of endings) {
    const { chat, runId, tell, answers } = await running();
    tell(start);
    tell(word('Hel'));
    tell(error ?? { type: 'RUN_FINISHED', threadId: 's', runId, outcome: { type: 'cancelled' } });
    await until(() => expect(chat.states()).toEqual(['sent', state]));
    expect(answers()).toEqual(['Hel']);
    expect(chat.trouble.value?.code).toBe(error?.type === 'RUN_ERROR' ? error.code : undefined);
    tell(word('lo'));
    await until(() => expect(chat.phase.value).toBe('idle'));
    expect(answers()).toEqual(['Hel']);
  }
});

type AnswerEnd = 'cancelled' | 'interrupted' | 'failed';

it('names the tool at work until it has answered', async () => {
  const { server, chat, tell } = await running();
  tell({ type: 'TOOL_CALL_START', toolCallId: 't', toolCallName: 'search' });
  await until(() => expect(chat.activity.value).toBe('search'));
  tell({ type: 'TOOL_CALL_RESULT', toolCallId: 't', messageId: 'x', content: '', role: 'tool' });
  await until(() => expect(chat.activity.value).toBeNull());
  tell({ type: 'TOOL_CALL_START', toolCallId: 'u', toolCallName: 'fetch' });
  await until(() => expect(chat.activity.value).toBe('fetch'));
  server.finish();
  await until(() => expect(chat.phase.value).toBe('idle'));
  expect(chat.activity.value).toBeNull();
});

it('forgets the tool at work, and does not call an answer finished, when the connection is lost for good', async () => {
  const { server, chat, tell } = await running();
  tell(start);
  tell({ type: 'TOOL_CALL_START', toolCallId: 't', toolCallName: 'search' });
  await until(() => expect(chat.activity.value).toBe('search'));
  server.intercept = () => problem(410, 'gone');
  server.log.drop();
  await chat.settle(() => expect(chat.trouble.value?.code).toBe('gone'));
  expect(chat.activity.value).toBeNull();
  expect(chat.states()).toEqual(['sent', 'interrupted']);
});

const polluted = Object.prototype as { delta?: unknown };

afterEach(() => delete polluted.delta);

it('takes nothing but text where text belongs', async () => {
  const { server, chat, runId, tell, answers } = await running();
  tell(start);
  tell(word('Hello'));
  const stored = {
    id: 'x',
    seq: 9,
    role: 'assistant',
    content: 'Planted',
    run_id: null,
    participant: null,
    status: 'complete',
    created_at: '',
  };
  for (const wrong of [{ toString: 'x' }, ['x'], 7, null, undefined]) {
    tell({ type: 'RUN_STARTED', runId: wrong });
    tell({ type: 'TEXT_MESSAGE_START', messageId: wrong });
    tell({ type: 'TEXT_MESSAGE_CONTENT', messageId: wrong, delta: 'Planted' });
    tell({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: wrong });
    tell({ type: 'TOOL_CALL_START', toolCallName: wrong });
    tell({ ...word('Planted'), type: wrong });
    tell({ type: 'CUSTOM', name: wrong, value: stored });
  }
  for (const field of ['id', 'content', 'role', 'seq']) tell({ type: 'CUSTOM', name: 'message_stored', value: { ...stored, [field]: {} } });
  tell(word(', you'));
  await until(() => expect(answers()).toEqual(['Hello, you']));
  expect(chat.activity.value).toBeNull();
  chat.stop();
  await until(() => expect(server.seen.at(-1)?.path).toBe(`/v1/sessions/sess_1/runs/${runId}/cancel`));
  await until(() => expect(chat.states()).toEqual(['sent', 'cancelled']));
});

it('reads own members alone, whatever the page has done to prototypes', async () => {
  const { server, tell, answers } = await running();
  tell(start);
  polluted.delta = 'planted';
  tell({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm' });
  tell(word('Hello'));
  await until(() => expect(answers()).toEqual(['Hello']));
  server.finish();
});

it('ends a run that tells no outcome, or none that it knows', async () => {
  for (const outcome of [undefined, null, 7, { type: 'new', interrupts: 7 }]) {
    const { chat, tell } = await running();
    tell(start);
    tell({ type: 'RUN_FINISHED', outcome });
    await until(() => expect(chat.states()).toEqual(['sent', 'complete']));
    expect(chat.interrupts.value).toEqual([]);
  }
});
