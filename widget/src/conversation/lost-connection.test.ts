import { expect, it, vi } from 'vitest';
import { createChatServer, filled } from '../test/chat-server.ts';
import { createMemoryDrafts, openConversation, problem } from '../test/open-conversation.ts';

const until = async (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 2_000, interval: 2 });

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
  expect(chat.heard.filter((what) => what === 'messagesent')).toHaveLength(1);
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
  expect(chat.heard).not.toContain('messagereceived');
  server.intercept = () => undefined;
  chat.retry();
  await until(() => expect(chat.states()).toEqual(['sent', 'streaming']));
  server.say(' it');
  server.finish();
  await until(() => expect(chat.states()).toEqual(['sent', 'complete']));
  expect(chat.texts()).toEqual(['Tell me', 'Half of it']);
  expect(chat.posts()).toHaveLength(1);
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

it('sends the first words of a new conversation when the network is back, and calls them unsent at no time', async () => {
  const server = createChatServer();
  server.intercept = () => Promise.reject(new TypeError('Failed to fetch'));
  const drafts = createMemoryDrafts();
  const chat = openConversation(server, { drafts });
  chat.send('Hello?');
  for (const attempts of [1, 2, 3]) {
    await until(() => expect(server.count('POST', '/v1/sessions')).toBe(attempts));
    await until(() => expect(chat.phase.value).toBe('reconnecting'));
    expect(chat.states()).toEqual(['sending']);
    expect(chat.trouble.value).toBeNull();
    expect(drafts.outbox()).toEqual(['Hello?']);
    if (attempts < 3) chat.clock.advance(30_500);
  }
  server.intercept = () => undefined;
  dispatchEvent(new Event('online'));
  await until(() => expect(chat.texts()).toEqual(['Hello?', 'You said: Hello?']));
  expect(chat.heard).toEqual(['sessionstarted', 'messagesent', 'messagereceived']);
  expect(server.log.messages).toHaveLength(2);
});

it('takes everything up again when the network is back, whatever was given up meanwhile', async () => {
  const server = filled(2);
  server.intercept = () => Promise.reject(new TypeError('Failed to fetch'));
  const chat = openConversation(server);
  await until(() => expect(chat.trouble.value?.code).toBe('network_error'));
  chat.send('Anybody?');
  await until(() => expect(server.seen).toHaveLength(2));
  await until(() => expect(chat.trouble.value?.code).toBe('network_error'));
  expect(chat.states()).toEqual(['queued']);
  server.intercept = () => undefined;
  dispatchEvent(new Event('online'));
  await until(() => expect(chat.texts()).toEqual(['text 1', 'text 2', 'Anybody?', 'You said: Anybody?']));
  expect(chat.trouble.value).toBeNull();
});
