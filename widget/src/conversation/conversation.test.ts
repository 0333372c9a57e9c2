import { expect, it, vi } from 'vitest';
import { type ChatServer, createChatServer } from '../test/chat-server.ts';
import { createMemoryDrafts, ME, openConversation, problem } from '../test/open-conversation.ts';

const until = async (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 2_000, interval: 2 });

/** A server with `count` messages, of which the odd ones are ours. */
function filled(count: number): ChatServer {
  const server = createChatServer();
  server.log.begin();
  for (let at = 1; at <= count; at += 1) {
    const role = at % 2 === 1 ? 'user' : 'assistant';
    const participant = role === 'user' ? ME : null;
    server.log.store({ id: `m${at}`, role, content: `text ${at}`, run_id: `r${at}`, participant, status: 'complete' });
  }
  return server;
}

it('sends what waits in order, one run at a time, and takes five beside the one that runs', async () => {
  const server = createChatServer();
  server.isHeld = true;
  const chat = openConversation(server);
  for (const text of ['1', '2', '3', '4', '5', '6', '7']) chat.send(text);
  expect(chat.trouble.value?.code).toBe('queue_full');
  await until(() => expect(chat.states()).toEqual(['sent', 'queued', 'queued', 'queued', 'queued', 'queued']));
  for (const text of ['1', '2', '3', '4', '5', '6']) {
    await until(() => expect(chat.posts()).toHaveLength(Number(text)));
    expect(server.activeRun()).not.toBeNull();
    server.say(`re ${text}`);
    server.finish();
  }
  await until(() => expect(chat.phase.value).toBe('idle'));
  expect(chat.texts()).toEqual(['1', 're 1', '2', 're 2', '3', 're 3', '4', 're 4', '5', 're 5', '6', 're 6']);
  expect(server.log.messages.map(({ content }) => content)).toEqual(chat.texts());
});

it('tells the server the new message alone, with the page as text', async () => {
  const server = filled(4);
  const chat = openConversation(server);
  chat.send('Hello');
  await until(() => expect(chat.heard).toContain('answer'));
  const [post] = chat.posts();
  expect(post).toMatchObject({
    messages: [{ role: 'user', content: 'Hello' }],
    context: [
      { description: 'page', value: '/pricing' },
      { description: 'cart', value: '[1]' },
    ],
  });
  expect(post).not.toHaveProperty('resume');
});

it('waits for the run of another tab, shows it, and then goes on', async () => {
  const server = filled(0);
  const chat = openConversation(server);
  await until(() => expect(chat.phase.value).toBe('idle'));
  server.hear(ME, 'from the other tab');
  chat.send('mine');
  await until(() => expect(chat.texts()).toEqual(['from the other tab', 'mine']));
  server.say('Yes?');
  server.finish();
  await until(() => expect(chat.texts()).toEqual(['from the other tab', 'Yes?', 'mine', 'You said: mine']));
  const ids = chat.posts().map((body) => [body?.['runId'], JSON.stringify(body?.['messages'])]);
  expect(ids).toHaveLength(2);
  expect(ids[0]).toEqual(ids[1]);
});

it('posts again with the same ids when the answer to a post was lost', async () => {
  const server = createChatServer();
  server.isHeld = true;
  const lost = vi.fn();
  server.intercept = ({ path }) => {
    if (!path.endsWith('/runs') || lost.mock.calls.length > 0) return undefined;
    lost();
    server.intercept = () => undefined;
    const [last] = server.seen.slice(-1);
    // The server has it; the answer never arrives.
    void server.fetch(`https://chat.example${path}`, { method: 'POST', body: JSON.stringify(last?.body) });
    return Promise.reject(new TypeError('Failed to fetch'));
  };
  const chat = openConversation(server);
  chat.send('Once');
  await chat.settle(() => expect(chat.posts().length).toBe(3));
  server.say('Yes.');
  server.finish();
  await chat.settle(() => expect(chat.texts()).toEqual(['Once', 'Yes.']));
  expect(new Set(chat.posts().map((body) => JSON.stringify(body))).size).toBe(1);
  expect(server.log.messages).toHaveLength(2);
  expect(chat.heard.filter((what) => what === 'sent')).toHaveLength(1);
});

it('goes on through a lost connection without losing or doubling a word', async () => {
  const server = createChatServer();
  server.isHeld = true;
  const chat = openConversation(server);
  chat.send('Count');
  await until(() => expect(chat.states()).toEqual(['sent']));
  for (const word of ['one ', 'two ', 'three']) {
    server.say(word);
    server.log.drop();
    await until(() => expect(chat.phase.value).toBe('reconnecting'));
    expect(chat.states().at(-1)).toBe('streaming');
    await chat.settle(() => expect(chat.phase.value).toBe('answering'));
  }
  server.finish();
  await until(() => expect(chat.states()).toEqual(['sent', 'complete']));
  expect(chat.texts()).toEqual(['Count', 'one two three']);
});

it('never shows a truncated answer as finished', async () => {
  const server = createChatServer();
  server.isHeld = true;
  const chat = openConversation(server);
  chat.send('Tell me');
  await until(() => expect(server.activeRun()).not.toBeNull());
  server.say('Half of');
  await until(() => expect(chat.texts()).toEqual(['Tell me', 'Half of']));
  server.intercept = () => Promise.reject(new TypeError('Failed to fetch'));
  server.log.drop();
  await chat.settle(() => expect(chat.trouble.value).toEqual({ code: 'network_error', mend: 'retry' }));
  expect(chat.states()).toEqual(['sent', 'interrupted']);
  expect(chat.heard).not.toContain('answer');
  server.intercept = () => undefined;
  chat.retry();
  await until(() => expect(chat.states()).toEqual(['sent', 'streaming']));
  server.say(' it');
  server.finish();
  await until(() => expect(chat.states()).toEqual(['sent', 'complete']));
  expect(chat.texts()).toEqual(['Tell me', 'Half of it']);
  expect(chat.posts()).toHaveLength(1);
});

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
  expect(drafts.kept()).toBe('first\nsecond');
  server.intercept = () => undefined;
  chat.retry();
  await until(() => expect(chat.texts()).toEqual(['first', 'You said: first', 'second', 'You said: second']));
  expect(chat.posts()[0]).toEqual(chat.posts()[1]);
  expect(drafts.kept()).toBe('');
});

it('finds the draft again after a reload, and what a failed renewal kept from being sent', async () => {
  const server = createChatServer();
  const drafts = createMemoryDrafts();
  server.intercept = ({ path }) => (path.endsWith('/runs') ? problem(401, 'token_expired') : undefined);
  const chat = openConversation(server, { drafts });
  chat.send('unsent');
  await until(() => expect(chat.trouble.value?.mend).toBe('sign-in'));
  chat.setDraft('half a thou');
  chat.dispose();
  const again = openConversation(server, { drafts });
  await until(() => expect(again.draft.value).toBe('unsent\nhalf a thou'));
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

it('loads the messages again when events are no longer kept', async () => {
  const server = createChatServer();
  server.isHeld = true;
  const chat = openConversation(server);
  chat.send('Long');
  await until(() => expect(server.activeRun()).not.toBeNull());
  server.say('An answer');
  await until(() => expect(chat.texts()).toEqual(['Long', 'An answer']));
  server.intercept = ({ path }) => (path.endsWith('/events') ? Promise.reject(new TypeError('Failed to fetch')) : undefined);
  server.log.drop();
  server.say(', all of it');
  server.finish();
  server.log.prune();
  server.intercept = () => undefined;
  await chat.settle(() => expect(chat.states()).toEqual(['sent', 'complete']));
  expect(chat.texts()).toEqual(['Long', 'An answer, all of it']);
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
    expect(chat.hasEarlier.value).toBe(false);
  });
  expect(chat.texts()).toEqual(all);
});

it('obeys Retry-After, and leaves a long wait to the visitor', async () => {
  const server = createChatServer();
  const busy = (seconds: string) => problem(503, 'draining', { headers: { 'retry-after': seconds } });
  server.intercept = ({ path }) => (path.endsWith('/runs') ? busy('7') : undefined);
  const chat = openConversation(server);
  chat.send('Hi');
  await until(() => expect(chat.phase.value).toBe('reconnecting'));
  expect(chat.clock.asked.at(-1)).toBe(7_250);
  chat.clock.advance(7_249);
  expect(chat.posts()).toHaveLength(1);
  server.intercept = ({ path }) => (path.endsWith('/runs') ? busy('3600') : undefined);
  chat.clock.advance(1);
  await until(() => expect(chat.trouble.value).toEqual({ code: 'draining', mend: 'wait', retryAfterMs: 3_600_000 }));
  expect(chat.posts()).toHaveLength(2);
});

it('posts once and no more after 400, 401, 403, 404, 410, and after a cap', async () => {
  for (const [status, code] of [
    [400, 'malformed_request'],
    [401, 'session_token_revoked'],
    [403, 'origin_not_allowed'],
    [404, 'not_found'],
    [410, 'gone'],
    [429, 'limit_reached'],
  ] as const) {
    const server = createChatServer();
    server.intercept = ({ path }) => (path.endsWith('/runs') ? problem(status, code) : undefined);
    const chat = openConversation(server);
    chat.send('Hi');
    await until(() => expect(chat.states()).toEqual(['failed']));
    chat.clock.advance(60_000);
    await until(() => expect(chat.phase.value).toBe('idle'));
    expect(chat.posts()).toHaveLength(1);
    expect(chat.trouble.value?.code).toBe(code);
    chat.dispose();
  }
});

it('lets words that the server will never take go, so that the next ones pass', async () => {
  const server = createChatServer();
  server.intercept = ({ path }) => (path.endsWith('/runs') ? problem(413, 'message_too_large') : undefined);
  const chat = openConversation(server);
  chat.send('too long for it');
  await until(() => expect(chat.states()).toEqual(['failed']));
  server.intercept = () => undefined;
  chat.send('short');
  await until(() => expect(chat.texts()).toContain('You said: short'));
  expect(server.log.messages.map(({ content }) => content)).toEqual(['short', 'You said: short']);
});

it('sends nothing that is empty or larger than the server takes', async () => {
  const server = createChatServer();
  const chat = openConversation(server);
  chat.send('  ');
  chat.send('ü'.repeat(51));
  expect(chat.trouble.value?.code).toBe('message_too_large');
  expect(chat.messages.value).toEqual([]);
});

it('keeps what waits behind an answer over a reload, and what was typed while nothing could be loaded', async () => {
  const server = createChatServer();
  server.isHeld = true;
  const drafts = createMemoryDrafts();
  const chat = openConversation(server, { drafts });
  chat.send('running');
  chat.send('waiting');
  await until(() => expect(chat.states()).toEqual(['sent', 'queued']));
  expect(drafts.kept()).toBe('waiting');
  chat.dispose();
  server.intercept = () => Promise.reject(new TypeError('Failed to fetch'));
  const offline = openConversation(server, { drafts });
  await until(() => expect(offline.draft.value).toBe('waiting'));
  offline.send('waiting');
  await until(() => expect(offline.trouble.value?.mend).toBe('retry'));
  expect(drafts.kept()).toBe('waiting');
  server.intercept = () => undefined;
  offline.retry();
  await until(() => expect(offline.texts()).toEqual(['running', 'waiting']));
  server.finish();
  await until(() => expect(server.log.messages.at(-1)?.content).toBe('waiting'));
  await until(() => expect(drafts.kept()).toBe(''));
});

it('does not hammer a server that is busy, or forgets, again and again', async () => {
  const busy = createChatServer();
  busy.intercept = ({ path }) => (path.endsWith('/runs') ? problem(409, 'run_in_progress', { body: { run_id: 'other' } }) : undefined);
  const chat = openConversation(busy);
  chat.send('Hi');
  await until(() => expect(chat.clock.asked).toContain(500));
  const asked = busy.seen.length;
  await new Promise((resolve) => setTimeout(resolve));
  expect(busy.seen).toHaveLength(asked);
  expect(chat.posts().length).toBeLessThan(4);
});
