import type { Page } from '@playwright/test';
import { Chat } from './chat.ts';
import { expect, test } from './demo.ts';

/** The chat without a mouse, and by ear. */
interface HeardPage {
  spoken?: string[];
}

/** What has the focus, by its part or name, looked for inside shadow roots too. */
async function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active?.getAttribute('part') ?? active?.getAttribute('aria-label') ?? active?.textContent?.trim() ?? '';
  });
}

const isInChat = async (page: Page): Promise<boolean> => page.evaluate(() => document.activeElement?.localName === 'familiar-widget');

/** Presses Tab until the launcher has the focus. */
async function tabToLauncher(page: Page): Promise<void> {
  await expect(page.locator('[part~="launcher"]')).toBeVisible();
  await expect(async () => {
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('launcher');
  }).toPass({ intervals: [0], timeout: 10_000 });
}

/** Keeps what a screen reader would say: all that is added to a live region. */
async function listen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const spoken: string[] = ((window as unknown as HeardPage).spoken = []);
    const root = document.querySelector('familiar-widget')?.shadowRoot;
    for (const region of root?.querySelectorAll('[aria-live="polite"]') ?? []) {
      new MutationObserver((records) => {
        for (const { addedNodes } of records) for (const node of addedNodes) spoken.push(node.textContent?.trim() ?? '');
      }).observe(region, { childList: true, subtree: true, characterData: true });
    }
  });
}

test('with the keyboard alone one opens the chat, asks, and leaves it where one came from; the answer is spoken once', async ({
  demo,
  visitor,
}) => {
  const page = await visitor();
  await page.goto(`${demo.site}/kiosk`);
  const chat = new Chat(page);
  await tabToLauncher(page);
  await page.keyboard.press('Enter');
  await expect(chat.composer).toBeFocused();
  await expect(chat.composer).toBeEditable();
  await listen(page);
  await page.keyboard.type('How long may I return a plant?');
  await page.keyboard.press('Enter');
  await expect(chat.answers.last()).toHaveAttribute('data-state', 'complete', { timeout: 20_000 });
  const bare = (text: string): string => text.replaceAll(/[\s•]+/g, '');
  const shown = bare(await chat.answers.last().locator('.prose').innerText());
  await expect.poll(async () => bare((await page.evaluate(() => (window as unknown as HeardPage).spoken ?? [])).join(''))).toBe(shown);
  await expect(chat.composer).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(chat.panel).toBeHidden();
  expect(await focused(page)).toBe('launcher');
  await page.keyboard.press('Enter');
  await expect(chat.composer).toBeFocused();
});

test('on a desktop the open chat holds nobody: Tab goes through it and on to the page', async ({ demo, visitor }) => {
  const page = await visitor();
  await page.goto(`${demo.site}/kiosk`);
  const chat = new Chat(page);
  await chat.ask('What does delivery cost?');
  await chat.composer.focus();
  const seen: string[] = [];
  for (let step = 0; step < 40 && (await isInChat(page)); step += 1) {
    await page.keyboard.press('Shift+Tab');
    seen.push(await focused(page));
  }
  expect(await isInChat(page)).toBe(false);
  expect(seen).toEqual(expect.arrayContaining(['Copy answer', 'New conversation', 'Close chat', 'messages', 'launcher']));
  await expect(chat.panel).toBeVisible();
  await expect(chat.panel).toHaveAttribute('aria-modal', 'false');
});

for (const [from, key] of [
  ['the message', 'Tab'],
  ['the message', 'Shift+Tab'],
  ['where it begins', 'Tab'],
  ['where it begins', 'Shift+Tab'],
] as const) {
  test(`on a phone the chat covers the page, and ${key} from ${from} never goes behind it`, async ({ demo, visitor }) => {
    const page = await visitor({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await page.goto(`${demo.site}/kiosk`);
    const chat = new Chat(page);
    await chat.launcher.tap();
    await expect(chat.composer).toBeEditable();
    if (from === 'the message') await chat.composer.focus();
    else expect(await focused(page)).toContain('panel');
    await expect(chat.panel).toHaveAttribute('aria-modal', 'true');
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press(key);
      expect(await isInChat(page), `after ${step + 1} times, at ${await focused(page)}`).toBe(true);
    }
  });
}
