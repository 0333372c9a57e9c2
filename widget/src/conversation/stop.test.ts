import { expect, it, vi } from 'vitest';
import { createChatServer } from '../test/chat-server.ts';
import { openConversation } from '../test/open-conversation.ts';

const until = async (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 2_000, interval: 2 });
const isCancel = ({ path }: { path: string }): boolean => path.endsWith('/cancel');

/** A conversation whose answer has begun with "Well". */
async function answering() {
  const server = createChatServer();
  server.isHeld = true;
  const chat = openConversation(server);
  chat.send('Talk');
  await until(() => expect(server.activeRun()).not.toBeNull());
  server.say('Well');
  await until(() => expect(chat.texts()).toEqual(['Talk', 'Well']));
  return { server, chat, cancels: () => server.seen.filter(isCancel).length };
}

it('ends the answer once, however often it is pressed, and keeps what was said', async () => {
  const { server, chat, cancels } = await answering();
  chat.stop();
  chat.stop();
  await until(() => expect(chat.states()).toEqual(['sent', 'cancelled']));
  server.say(' nothing of this');
  chat.stop();
  await until(() => expect(chat.phase.value).toBe('idle'));
  expect(chat.texts()).toEqual(['Talk', 'Well']);
  expect(cancels()).toBe(1);
  expect(chat.trouble.value).toBeNull();
});

it('stops a run that began while nobody could be told so', async () => {
  const { server, chat, cancels } = await answering();
  server.intercept = () => Promise.reject(new TypeError('Failed to fetch'));
  server.log.drop();
  await until(() => expect(chat.phase.value).toBe('reconnecting'));
  chat.stop();
  await until(() => expect(cancels()).toBe(1));
  expect(server.activeRun()).not.toBeNull();
  server.intercept = () => undefined;
  await chat.settle(() => expect(chat.states()).toEqual(['sent', 'cancelled']));
  expect(server.activeRun()).toBeNull();
});

it('stops an answer that was not begun yet, as soon as it is', async () => {
  const server = createChatServer();
  server.isHeld = true;
  const chat = openConversation(server);
  chat.send('Talk');
  await until(() => expect(chat.phase.value).toBe('answering'));
  chat.stop();
  await until(() => expect(server.seen.filter(isCancel)).toHaveLength(1));
  await until(() => expect(chat.phase.value).toBe('idle'));
  expect(server.activeRun()).toBeNull();
});

it('goes on with what waits after a stop', async () => {
  const { server, chat } = await answering();
  server.isHeld = false;
  chat.send('Next');
  chat.stop();
  await until(() => expect(chat.texts()).toEqual(['Talk', 'Well', 'Next', 'You said: Next']));
});

it('shows nothing more, and asks nothing more, once it is disposed of', async () => {
  const { server, chat } = await answering();
  chat.dispose();
  const asked = server.seen.length;
  server.say(' and more');
  server.finish();
  await until(() => expect(server.log.listeners()).toBe(0));
  chat.send('late');
  chat.retry();
  chat.clock.advance(60_000);
  expect(chat.texts()).toEqual(['Talk', 'Well']);
  expect(server.seen).toHaveLength(asked);
});
