import type { Page, Route } from '@playwright/test';
import { Chat } from './chat.ts';
import { type Demo, expect, test } from './demo.ts';

/** A backend, or a proxy before it, that answers with what nobody expects: the page hears of no error, the visitor reads a sentence. */
test.use({ trace: 'off' });
test.setTimeout(90_000);

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const BYTES = 10 * 1024 * 1024;
const ANSWERS: Readonly<Record<string, Answer>> = {
  'status 500': { status: 500, type: 'text/plain', body: 'Internal Server Error' },
  'a web page': { status: 200, type: 'text/html', body: '<!doctype html><title>Welcome</title><h1>It works!</h1>' },
  garbage: { status: 200, type: 'application/json', body: '{"data":[{"id":7},null,"x"],"token":{},"expires_in":"soon"' },
  nothing: { status: 200, type: 'application/json', body: '' },
  '10 MB': { status: 200, type: 'application/json', body: 'x'.repeat(BYTES) },
};

interface Call {
  readonly method: string;
  readonly path: RegExp;
  /** What the visitor reads. */
  readonly words: RegExp;
}

/** Which calls go wrong; all others reach the backend. */
const CALLS: Readonly<Record<string, Call>> = {
  'the configuration': { method: 'GET', path: /\/v1\/embed\/config/, words: /try again in a moment/ },
  'the session token': { method: 'POST', path: /\/v1\/embed\/session-tokens$/, words: /try again in a moment/ },
  'the conversations': { method: 'GET', path: /\/v1\/sessions\?/, words: /try again in a moment/ },
  'the messages': { method: 'GET', path: /\/v1\/sessions\/[^/]+\/messages/, words: /try again in a moment/ },
};

/** What the page's own error handlers would hear, rejections that nobody handled among it. */
function watchErrors(page: Page): readonly string[] {
  const found: string[] = [];
  page.on('pageerror', ({ message }) => found.push(message));
  return found;
}

/** From now on, until the result is called, these calls are answered so. */
async function answer(
  page: Page,
  { site }: Demo,
  { method, path, status, type, body }: Omit<Call, 'words'> & Answer,
): Promise<() => Promise<void>> {
  const handler = async (route: Route): Promise<void> => {
    if (route.request().method() !== method) return route.fallback();
    // Gone with the page, or given up: nobody waits for it.
    await route.fulfill({ status, body, headers: { 'content-type': type, 'access-control-allow-origin': site } }).catch(() => undefined);
  };
  await page.route(path, handler);
  return async () => page.unroute(path, handler);
}

for (const [name, call] of Object.entries(CALLS)) {
  test(`whatever is answered for ${name}, the page hears of no error, and the visitor reads what to do`, async ({ demo, visitor }) => {
    const page = await visitor();
    const errors = watchErrors(page);
    await page.goto(`${demo.site}/login`);
    const chat = new Chat(page);
    await chat.ask('What does delivery cost?');
    for (const [what, given] of Object.entries(ANSWERS)) {
      const undo = await answer(page, demo, { ...call, ...given });
      await page.reload();
      await chat.show();
      await expect(chat.trouble.locator('p'), what).toHaveText(call.words);
      await expect(chat.panel, what).not.toContainText(/undefined|null|Error|JSON|<|_/);
      await undo();
    }
    // A second try may be under way already, and take the button away.
    const retry = chat.trouble.getByRole('button', { name: 'Try again' });
    await expect(async () => {
      if (await retry.isVisible()) await retry.click({ timeout: 500 });
      await expect(chat.trouble).toHaveCount(0, { timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
    await expect(chat.answers).toHaveCount(1);
    expect(errors).toEqual([]);
  });
}

test('whatever is answered to a message, the page hears of no error, the visitor reads of it, and the next try gets through', async ({
  demo,
  visitor,
}) => {
  const page = await visitor();
  const errors = watchErrors(page);
  await page.goto(`${demo.site}/login`);
  const chat = new Chat(page);
  await chat.open();
  const run = { method: 'POST', path: /\/v1\/sessions\/[^/]+\/runs$/ };
  for (const [index, [what, given]] of Object.entries(ANSWERS).entries()) {
    const undo = await answer(page, demo, { ...run, ...given });
    await chat.send(`What does delivery cost? ${index}`);
    await expect(chat.panel.getByRole('status').filter({ hasText: 'Reconnecting…' }), what).toBeVisible();
    await undo();
    await expect(chat.answers).toHaveCount(index + 1);
    await expect(chat.answers.last(), what).toHaveAttribute('data-state', 'complete', { timeout: 20_000 });
    await expect(chat.said).toHaveCount(index + 1);
  }
  expect(errors).toEqual([]);
});
