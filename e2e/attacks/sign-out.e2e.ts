import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { Chat } from '../chat.ts';
import { type Demo, expect, test } from '../demo.ts';
import { signIn } from '../shop.ts';
import { readStorage } from './recording.ts';

/** Whoever comes to this browser after alice has signed out, by whatever way, reads nothing of hers. */

async function talkAsAlice(demo: Demo, page: Page): Promise<string> {
  const secret = `Quill${randomUUID().slice(0, 8)}`;
  await signIn(page, demo, 'alice');
  await say(new Chat(page), `My sister is called ${secret}`);
  return secret;
}

/** Alice has talked here before: her history comes in while she types. */
async function say(chat: Chat, text: string): Promise<void> {
  await chat.open();
  await chat.send(text);
  await expect(chat.panel.getByText(text).first()).toBeVisible();
}

async function signOut(page: Page): Promise<void> {
  await page.goto(page.url());
  await page.locator('#sign-out button').click();
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
}

async function expectNothing(page: Page, secret: string): Promise<void> {
  const chat = new Chat(page);
  await chat.open();
  expect(await chat.panel.innerText()).not.toContain(secret);
  expect(await chat.ask('What is my sister called?')).not.toContain(secret);
  expect(await readStorage(page)).not.toContain(secret);
}

const WAYS: Readonly<Record<string, (page: Page, demo: Demo) => Promise<Page>>> = {
  'the page that follows': async (page) => page,
  'a reload': async (page) => {
    await page.reload();
    return page;
  },
  'the back button': async (page) => {
    await page.goBack();
    if (!page.url().includes('/account')) return page;
    await page.reload();
    return page;
  },
  'another page': async (page, demo) => {
    await page.goto(`${demo.site}/care`);
    return page;
  },
  'a new tab': async (page, demo) => {
    const tab = await page.context().newPage();
    await tab.goto(demo.site);
    return tab;
  },
};

for (const [way, go] of Object.entries(WAYS)) {
  test(`after alice has signed out, ${way} knows nothing of her`, async ({ demo, visitor }) => {
    const page = await visitor();
    const secret = await talkAsAlice(demo, page);
    await signOut(page);
    await expectNothing(await go(page, demo), secret);
  });
}

test('bob, signing in on the same browser in the middle of an answer, sees not one word of it', async ({ demo, visitor }) => {
  const page = await visitor();
  const secret = await talkAsAlice(demo, page);
  const chat = new Chat(page);
  await say(chat, 'How do I water a monstera?');
  await signIn(page, demo, 'bob');
  await chat.open();
  await expect(chat.answers).toHaveCount(0);
  await expectNothing(page, secret);
  expect(await chat.panel.innerText()).not.toMatch(/How do I water a monstera/);
});
