import type { Participant, RunEvent } from '@familiar/protocol';
import { expect, it, vi } from 'vitest';
import { createChatServer } from '../test/chat-server.ts';
import { openConversation, problem } from '../test/open-conversation.ts';

const until = async (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 2_000, interval: 2 });
const ME: Participant = { level: 'verified', id: 'u_alice', name: 'Alice' };
const BOB: Participant = { level: 'verified', id: 'u_bob', name: 'Bob' };

async function shared() {
  const server = createChatServer(ME, 'shared');
  server.log.begin();
  const chat = openConversation(server, { me: ME, isShared: true });
  await until(() => expect(server.log.listeners()).toBe(1));
  return { server, chat };
}

it('shows what others write, and what they are answered, as it comes', async () => {
  const { server, chat } = await shared();
  server.hear(BOB, 'Hello all');
  server.say('Hello ');
  await until(() => expect(chat.texts()).toEqual(['Hello all', 'Hello ']));
  expect(chat.phase.value).toBe('answering');
  expect(chat.messages.value[0]).toMatchObject({ author: BOB, isMine: false });
  server.say('Bob');
  server.finish();
  await until(() => expect(chat.states()).toEqual(['sent', 'complete']));
  expect(chat.phase.value).toBe('idle');
});

it('lets the other be answered first, then asks, then listens again', async () => {
  const { server, chat } = await shared();
  server.hear(BOB, 'First me');
  await until(() => expect(chat.phase.value).toBe('answering'));
  chat.send('Then me');
  expect(chat.states()).toEqual(['sent', 'queued']);
  server.say('Bob it is.');
  server.finish();
  await until(() => expect(chat.texts()).toEqual(['First me', 'Bob it is.', 'Then me', 'You said: Then me']));
  await until(() => expect(server.log.listeners()).toBe(1));
  server.hear(BOB, 'Me again');
  await until(() => expect(chat.texts().at(-1)).toBe('Me again'));
  expect(chat.posts()).toHaveLength(1);
});

it('hears one run of others after the other, also those that come at once', async () => {
  const { server, chat } = await shared();
  for (const text of ['One', 'Two', 'Three']) {
    server.hear(BOB, text);
    server.say(`re ${text}`);
    server.finish();
  }
  await until(() => expect(chat.texts()).toEqual(['One', 're One', 'Two', 're Two', 'Three', 're Three']));
  await until(() => expect(server.log.listeners()).toBe(1));
  expect(chat.states()).toEqual(['sent', 'complete', 'sent', 'complete', 'sent', 'complete']);
  expect(chat.phase.value).toBe('idle');
  // The messages were loaded once: the rest came as events.
  expect(server.seen.filter(({ path }) => path.includes('/messages'))).toHaveLength(1);
  expect(chat.heard.filter((what) => what === 'messagereceived')).toHaveLength(3);
});

it('stops nobody whose run begins after there was nothing to stop', async () => {
  const { server, chat } = await shared();
  chat.stop();
  server.hear(BOB, 'Hello all');
  server.say('Hello Bob');
  await until(() => expect(chat.texts()).toEqual(['Hello all', 'Hello Bob']));
  server.finish();
  await until(() => expect(chat.states()).toEqual(['sent', 'complete']));
  expect(server.seen.some(({ path }) => path.endsWith('/cancel'))).toBe(false);
});

it('misses nothing that is written while the connection is lost', async () => {
  const { server, chat } = await shared();
  server.log.drop();
  server.hear(BOB, 'While you were out');
  server.say('Noted.');
  server.finish();
  await chat.settle(() => expect(chat.texts()).toEqual(['While you were out', 'Noted.']));
  expect(chat.trouble.value).toBeNull();
});

it('listens only while it is on the screen, and catches up', async () => {
  const { server, chat } = await shared();
  chat.isOpen.value = false;
  await until(() => expect(server.log.listeners()).toBe(0));
  server.hear(BOB, 'Anybody there?');
  server.finish();
  chat.isOpen.value = true;
  await until(() => expect(chat.texts()).toEqual(['Anybody there?']));
});

it('holds no stream where nobody else can write', async () => {
  const server = createChatServer(ME);
  server.log.begin();
  const chat = openConversation(server, { me: ME });
  await until(() => expect(chat.phase.value).toBe('idle'));
  expect(server.seen.some(({ path }) => path.endsWith('/events'))).toBe(false);
});

it('does not take what was written anonymously for words of the account', async () => {
  const stranger: Participant = { level: 'anonymous', id: 'anon_x' };
  const server = createChatServer(ME);
  server.log.begin();
  server.log.store({ id: 'a', role: 'user', content: 'before', run_id: 'r', participant: stranger, status: 'complete' });
  server.log.store({ id: 'b', role: 'user', content: 'after', run_id: 'r', participant: ME, status: 'complete' });
  const chat = openConversation(server, { me: ME });
  await until(() => expect(chat.messages.value).toHaveLength(2));
  expect(chat.messages.value).toMatchObject([
    { author: stranger, isMine: false },
    { author: ME, isMine: true },
  ]);
});

it('takes words that their author erased off the screen when it loads again, and never asks for them', async () => {
  const { server, chat } = await shared();
  server.hear(BOB, 'My secret');
  server.finish();
  await until(() => expect(chat.texts()).toEqual(['My secret']));
  const [written] = server.log.messages;
  if (written !== undefined) server.log.messages[0] = { ...written, content: '', participant: null };
  chat.retry();
  await until(() => expect(chat.messages.value).toMatchObject([{ kind: 'user', text: { value: '' }, author: null, isMine: false }]));
  await until(() => expect(chat.phase.value).toBe('idle'));
  expect(chat.posts()).toHaveLength(0);
});

it("says what an answer waits for, and goes on from there with the visitor's word", async () => {
  const server = createChatServer();
  server.isHeld = true;
  const chat = openConversation(server);
  chat.send('Change my address');
  await until(() => expect(server.activeRun()).not.toBeNull());
  const interrupt = {
    id: 'int_1',
    reason: 'step_up',
    toolCallId: 't',
    message: 'Sign in again.',
    metadata: { max_age: 300, acr_values: ['phr'] },
  } as const;
  const last: RunEvent = {
    type: 'RUN_FINISHED',
    threadId: 's',
    runId: server.activeRun() ?? '',
    outcome: { type: 'interrupt', interrupts: [interrupt, { ...interrupt, id: 'int_2' }] },
  };
  server.finish({ status: 'complete', last });
  await until(() => expect(chat.interrupts.value).toMatchObject([{ id: 'int_1' }, { id: 'int_2' }]));
  expect(chat.interrupts.value[0]).toEqual(interrupt);
  server.isHeld = false;
  server.intercept = ({ path }) => (path.endsWith('/runs') ? problem(403, 'step_up_required') : undefined);
  const answers = [
    { interruptId: 'int_1', status: 'resolved' },
    { interruptId: 'int_2', status: 'cancelled' },
  ] as const;
  chat.resume(answers);
  expect(chat.interrupts.value).toEqual([]);
  await until(() => expect(chat.trouble.value).toMatchObject({ code: 'step_up_required', mend: 'sign-in' }));
  await until(() => expect(chat.interrupts.value).toMatchObject([{ id: 'int_1' }, { id: 'int_2' }]));
  server.intercept = () => undefined;
  chat.resume(answers);
  await until(() => expect(chat.texts()).toEqual(['Change my address', 'You said: nothing']));
  expect(chat.interrupts.value).toEqual([]);
  expect(chat.posts()).toHaveLength(3);
  for (const post of chat.posts().slice(1)) expect(post).toMatchObject({ messages: [], resume: answers });
});

it('lets the visitor go on without answering what waits', async () => {
  const server = createChatServer();
  server.isHeld = true;
  const chat = openConversation(server);
  chat.send('Close my account');
  await until(() => expect(server.activeRun()).not.toBeNull());
  const interrupt = { id: 'int_1', reason: 'step_up', toolCallId: 't', message: '', metadata: { max_age: 300, acr_values: [] } } as const;
  const runId = server.activeRun() ?? '';
  const last: RunEvent = { type: 'RUN_FINISHED', threadId: 's', runId, outcome: { type: 'interrupt', interrupts: [interrupt] } };
  server.finish({ status: 'complete', last });
  await until(() => expect(chat.interrupts.value).toEqual([interrupt]));
  server.isHeld = false;
  server.intercept = ({ path, body }) => (path.endsWith('/runs') && body?.['resume'] ? problem(403, 'step_up_required') : undefined);
  chat.resume([{ interruptId: 'int_1', status: 'resolved' }]);
  await until(() => expect(chat.trouble.value?.code).toBe('step_up_required'));
  chat.send('Never mind');
  await until(() => expect(chat.texts().at(-1)).toBe('You said: Never mind'));
  expect(chat.interrupts.value).toEqual([]);
});
