import { expect, it, vi } from 'vitest';
import { createChatServer, filled } from '../test/chat-server.ts';
import { ME, openConversation, problem } from '../test/open-conversation.ts';

const until = async (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 2_000, interval: 2 });

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
  await until(() => expect(chat.heard).toContain('messagereceived'));
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
