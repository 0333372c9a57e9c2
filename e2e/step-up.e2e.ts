import { expect, type Locator, type Page, test } from '@playwright/test';
import { Chat } from './chat.ts';
import { startDemo } from './processes.ts';
import { signIn } from './shop.ts';

const FRESH_SECONDS = 5;
const ADDRESS = /4 Mill Lane|The Old Kiln/;
const REQUEST = 'What is my invoice address?';

let demo: Awaited<ReturnType<typeof startDemo>>;
test.beforeAll(async () => {
  demo = await startDemo({ STEP_UP_SECONDS: String(FRESH_SECONDS) });
});
test.afterAll(() => demo.remove());

/** A member, who signed in longer ago than the tool takes, asks for what it guards. */
async function askLate(page: Page, account: string): Promise<Chat> {
  await signIn(page, demo, account);
  const signedInAt = Date.now();
  const chat = new Chat(page);
  await chat.open();
  await expect.poll(() => Date.now() - signedInAt, { timeout: 10_000 }).toBeGreaterThan((FRESH_SECONDS + 1) * 1000);
  await chat.send(REQUEST);
  await expect(chat.panel.getByRole('button', { name: 'Confirm' })).toBeVisible();
  await expect(chat.panel).not.toContainText(ADDRESS);
  return chat;
}

/** A card takes no click in its first moments: nobody meant one that was under way when it came. */
async function confirm(page: Page, chat: Chat): Promise<Locator> {
  const dialog = page.getByRole('dialog', { name: 'Is it still you?' });
  await expect(async () => {
    await chat.panel.getByRole('button', { name: 'Confirm' }).click();
    await expect(dialog).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 10_000 });
  return dialog;
}

test('what needs a fresh sign-in is shown after the password was typed again, in the same conversation', async ({ page }) => {
  const chat = await askLate(page, 'alice');
  const dialog = await confirm(page, chat);
  await dialog.getByLabel('Password').fill('clay-and-rain');
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(dialog.getByRole('alert')).toContainText('not your password');
  await expect(chat.panel).not.toContainText(ADDRESS);
  await dialog.getByLabel('Password').fill('fern-and-moss');
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(chat.answers.last()).toContainText(ADDRESS);
  await expect(chat.said).toHaveCount(1);
});

test('whoever closes the dialog sees nothing of it, and may go on talking', async ({ page }) => {
  const chat = await askLate(page, 'bob');
  const dialog = await confirm(page, chat);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await chat.panel.getByRole('button', { name: 'Cancel' }).click();
  await expect(chat.answers.last()).toContainText('did not run');
  await expect(chat.panel).not.toContainText(ADDRESS);
  expect(await chat.ask('What does delivery cost?')).toMatch(/delivery|post/i);
});

test('a visitor who is not signed in is told to sign in', async ({ page }) => {
  await page.goto(demo.site);
  expect(await new Chat(page).ask(REQUEST)).toContain('sign in on this site');
});
