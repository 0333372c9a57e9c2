import type { Page } from '@playwright/test';
import { Chat } from './chat.ts';
import { expect, test } from './demo.ts';
import { signIn } from './shop.ts';

const UNKNOWN = /don.t know|do not know|haven.t told|nothing/i;

async function asks(page: Page, question: string): Promise<string> {
  return new Chat(page).ask(question);
}

test('what an anonymous visitor told is known after a reload, with the conversation', async ({ demo, visitor }) => {
  const page = await visitor();
  await page.goto(demo.site);
  await asks(page, 'My name is Maya');
  await page.reload();
  const chat = new Chat(page);
  await chat.open();
  await expect(chat.said.first()).toContainText('My name is Maya');
  expect(await asks(page, 'What is my name?')).toContain('Maya');
});

test('another browser is another anonymous visitor', async ({ demo, visitor }) => {
  const first = await visitor();
  await first.goto(demo.site);
  await asks(first, 'My name is Maya');
  const second = await visitor();
  await second.goto(demo.site);
  const answer = await asks(second, 'What is my name?');
  expect(answer).not.toContain('Maya');
  expect(answer).toMatch(UNKNOWN);
});

test('signing in does not carry over what the browser was told before', async ({ demo, visitor }) => {
  const page = await visitor();
  await page.goto(demo.site);
  await asks(page, 'My name is Maya');
  await signIn(page, demo, 'alice');
  const answer = await asks(page, 'What is my name?');
  expect(answer).not.toContain('Maya');
});

test('alice is known in another browser, and bob is not', async ({ demo, visitor }) => {
  const first = await visitor();
  await signIn(first, demo, 'alice');
  await asks(first, 'I prefer plants that forgive a dry week');
  const elsewhere = await visitor();
  await signIn(elsewhere, demo, 'alice');
  expect(await asks(elsewhere, 'What do you remember about me?')).toContain('forgive a dry week');
  const bob = await visitor();
  await signIn(bob, demo, 'bob');
  const answer = await asks(bob, 'What do you remember about me?');
  expect(answer).not.toContain('forgive a dry week');
  expect(answer).toMatch(UNKNOWN);
});

test('the kiosk forgets: nothing outlives the page', async ({ demo, visitor }) => {
  const page = await visitor();
  await page.goto(`${demo.site}/kiosk`);
  await asks(page, 'My name is Zebulon');
  expect(await asks(page, 'What is my name?')).toContain('Zebulon');
  await page.reload();
  const chat = new Chat(page);
  await chat.open();
  await expect(chat.said).toHaveCount(0);
  expect(await asks(page, 'What is my name?')).not.toContain('Zebulon');
});

test('a crash of the server loses nothing that was answered', async ({ demo, visitor }) => {
  const page = await visitor();
  await page.goto(demo.site);
  await asks(page, 'My name is Ottilie');
  await demo.stop('SIGKILL');
  await demo.start();
  await page.reload();
  expect(await asks(page, 'What is my name?')).toContain('Ottilie');
});
