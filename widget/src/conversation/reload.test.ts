import { expect, it, vi } from 'vitest';
import { type ChatServer, createChatServer, filled } from '../test/chat-server.ts';
import { createMemoryDrafts, ME, openConversation, problem } from '../test/open-conversation.ts';

const until = async (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 2_000, interval: 2 });

it('asks again for an answer that broke off: a new run for the same message, also after a reload', async () => {
  const server = createChatServer();
  server.isHeld = true;
  const first = openConversation(server);
  first.send('Why?');
  await until(() => expect(server.activeRun()).not.toBeNull());
  server.say('Becau');
  server.finish({ status: 'interrupted', last: { type: 'RUN_ERROR', message: '', code: 'interrupted' } });
  await until(() => expect(first.states()).toEqual(['sent', 'interrupted']));
  expect(first.trouble.value).toEqual({ code: 'interrupted', mend: 'retry' });
  first.dispose();
  server.isHeld = false;
  const second = openConversation(server);
  await until(() => expect(second.states()).toEqual(['sent', 'interrupted']));
  second.retry();
  await until(() => expect(second.texts()).toEqual(['Why?', 'Becau', 'You said: Why?']));
  const [one, two] = [first.posts()[0], second.posts().at(-1)];
  expect(two?.['messages']).toEqual(one?.['messages']);
  expect(two?.['runId']).not.toBe(one?.['runId']);
  expect(server.log.messages.filter(({ role }) => role === 'user')).toHaveLength(1);
});

it('keeps a message that could not be sent, sends it again with the same ids, and the rest after it', async () => {
  const server = createChatServer();
  const drafts = createMemoryDrafts();
  server.intercept = ({ path }) => (path.endsWith('/runs') ? problem(403, 'participant_removed') : undefined);
  const chat = openConversation(server, { drafts });
  chat.setDraft('first');
  chat.send('first');
  chat.send('second');
  await until(() => expect(chat.states()).toEqual(['failed', 'queued']));
  expect(chat.draft.value).toBe('');
  expect(drafts.outbox()).toEqual(['first', 'second']);
  server.intercept = () => undefined;
  chat.retry();
  await until(() => expect(chat.texts()).toEqual(['first', 'You said: first', 'second', 'You said: second']));
  expect(chat.posts()[0]).toEqual(chat.posts()[1]);
  await until(() => expect(drafts.outbox()).toEqual([]));
});

it('finds the draft again after a reload, and sends what a failed renewal kept from being sent', async () => {
  const server = createChatServer();
  const drafts = createMemoryDrafts();
  server.intercept = ({ path }) => (path.endsWith('/runs') ? problem(401, 'token_expired') : undefined);
  const chat = openConversation(server, { drafts });
  chat.send('unsent');
  await until(() => expect(chat.trouble.value?.mend).toBe('sign-in'));
  chat.setDraft('half a thou');
  chat.dispose();
  server.intercept = () => undefined;
  const again = openConversation(server, { drafts });
  await until(() => expect(again.texts()).toEqual(['unsent', 'You said: unsent']));
  expect(again.draft.value).toBe('half a thou');
  expect(new Set(again.posts().map((body) => JSON.stringify(body))).size).toBe(1);
  expect(drafts.outbox()).toEqual([]);
});

it('follows an answer that is being written when the page loads', async () => {
  const server = filled(2);
  server.hear(ME, 'Go on');
  server.say('I was');
  const chat = openConversation(server);
  await until(() => expect(chat.texts().slice(-2)).toEqual(['Go on', 'I was']));
  expect(chat.phase.value).toBe('answering');
  server.say(' here');
  server.finish();
  await until(() => expect(chat.states().at(-1)).toBe('complete'));
  expect(chat.texts()).toEqual(['text 1', 'text 2', 'Go on', 'I was here']);
});

it('loads earlier messages before the later ones, each once, also around a reload', async () => {
  const server = filled(120);
  const chat = openConversation(server);
  const all = server.log.messages.map(({ content }) => content);
  await until(() => expect(chat.texts()).toEqual(all.slice(70)));
  chat.loadEarlier();
  chat.loadEarlier();
  await until(() => expect(chat.texts()).toEqual(all.slice(20)));
  expect(server.seen).toHaveLength(2);
  chat.retry();
  await until(() => expect(server.seen).toHaveLength(3));
  await until(() => expect(chat.phase.value).toBe('idle'));
  await until(() => {
    chat.loadEarlier();
    expect(chat.earlier.value).toBeNull();
  });
  expect(chat.texts()).toEqual(all);
});

it('keeps what waits behind an answer over a reload, also while nothing could be loaded', async () => {
  const server = createChatServer();
  server.isHeld = true;
  const drafts = createMemoryDrafts();
  const chat = openConversation(server, { drafts });
  chat.send('running');
  chat.send('waiting');
  await until(() => expect(chat.states()).toEqual(['sent', 'queued']));
  expect(drafts.outbox()).toEqual(['waiting']);
  chat.dispose();
  server.intercept = () => Promise.reject(new TypeError('Failed to fetch'));
  const offline = openConversation(server, { drafts });
  await until(() => expect(offline.trouble.value?.mend).toBe('retry'));
  expect(offline.texts()).toEqual(['waiting']);
  offline.send('and this');
  await until(() => expect(drafts.outbox()).toEqual(['waiting', 'and this']));
  await until(() => expect(offline.phase.value).toBe('idle'));
  server.intercept = () => undefined;
  offline.retry();
  await until(() => expect(offline.texts()).toEqual(['running', 'waiting', 'and this']));
  server.finish();
  await until(() => expect(server.log.messages.at(-1)?.content).toBe('waiting'));
  server.finish();
  await until(() => expect(server.log.messages.map(({ content }) => content)).toEqual(['running', 'waiting', 'and this']));
  await until(() => expect(drafts.outbox()).toEqual([]));
});

it('delivers once what was on its way when the tab was killed, wherever that was', async () => {
  const dead = new Promise<Response>(() => undefined);
  const ways: readonly ((server: ChatServer) => ChatServer['intercept'])[] = [
    // Before the server had a session for it, before the message reached it, and after, the answer unheard.
    () => (seen) => (seen.method === 'POST' && seen.path === '/v1/sessions' ? dead : undefined),
    () => (seen) => (seen.path.endsWith('/runs') ? dead : undefined),
    (server) => (seen) => {
      if (!seen.path.endsWith('/runs')) return undefined;
      server.intercept = () => undefined;
      void server.fetch(`https://chat.example${seen.path}`, { method: 'POST', body: JSON.stringify(seen.body) });
      return dead;
    },
  ];
  for (const [at, way] of ways.entries()) {
    const server = createChatServer();
    const drafts = createMemoryDrafts();
    server.intercept = way(server);
    const killed = openConversation(server, { drafts });
    killed.send('Once');
    await until(() => expect(server.seen.length).toBeGreaterThan(at === 0 ? 0 : 1));
    // Killed: nothing of it runs any more, not even its end.
    const left = await drafts.load(null);
    killed.dispose();
    await drafts.save(left);
    server.intercept = () => undefined;
    const next = openConversation(server, { drafts });
    await until(() => expect(next.texts()).toEqual(['Once', 'You said: Once']));
    await until(() => expect(next.phase.value).toBe('idle'));
    expect(server.log.messages.map(({ content }) => content)).toEqual(['Once', 'You said: Once']);
    expect(new Set(next.posts().map((body) => JSON.stringify([body?.['runId'], body?.['messages']]))).size).toBe(1);
    expect(drafts.outbox()).toEqual([]);
    next.dispose();
  }
});

it('delivers once what two tabs find in the outbox', async () => {
  const server = filled(0);
  const drafts = createMemoryDrafts();
  const job = { runId: 'run-1', id: 'msg-1', text: 'Once', sessionId: server.log.sessionId, at: 1 };
  await drafts.save({ draft: '', outbox: [job] });
  const tabs = [openConversation(server, { drafts }), openConversation(server, { drafts })];
  for (const tab of tabs) await until(() => expect(tab.texts()).toEqual(['Once', 'You said: Once']));
  expect(server.log.messages).toHaveLength(2);
});

it('puts words that the server refuses back into the composer, where they can be changed', async () => {
  const server = createChatServer();
  const drafts = createMemoryDrafts();
  server.intercept = ({ path }) => (path.endsWith('/runs') ? problem(413, 'message_too_large') : undefined);
  const chat = openConversation(server, { drafts });
  chat.send('too long for it');
  await until(() => expect(chat.draft.value).toBe('too long for it'));
  expect(drafts.outbox()).toEqual([]);
  expect(drafts.kept()).toBe('too long for it');
});

it('finds again what an answer waits for after a reload, and goes on from there', async () => {
  const server = filled(2);
  const interrupt = {
    id: 'int_1',
    reason: 'step_up',
    toolCallId: 't',
    message: '',
    metadata: { max_age: 300, acr_values: ['phr'] },
  } as const;
  server.log.interrupts = [interrupt];
  const chat = openConversation(server);
  await until(() => expect(chat.interrupts.value).toEqual([interrupt]));
  chat.resume([{ interruptId: 'int_1', status: 'resolved' }]);
  await until(() => expect(chat.texts().at(-1)).toBe('You said: nothing'));
  expect(chat.posts()[0]).toMatchObject({ messages: [], resume: [{ interruptId: 'int_1', status: 'resolved' }] });
  expect(chat.interrupts.value).toEqual([]);
});
