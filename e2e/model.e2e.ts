import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { expect, test } from '@playwright/test';
import { Chat } from './chat.ts';
import { beginAnswer, endAnswer, startModelServer, type ModelServer } from './model-server.ts';
import { startDemo } from './processes.ts';

let model: ModelServer;
let demo: Awaited<ReturnType<typeof startDemo>>;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  model = await startModelServer();
  demo = await startDemo(model.environment);
});

test.afterAll(async () => {
  await demo.remove();
  model.close();
});

const sayHello: RequestListener = (_request, response) => {
  beginAnswer(response, 'Hello from ');
  endAnswer(response, 'the model.');
};

/** The model says half of its answer and then waits; resolves once the visitor reads that half. */
async function askForHalf(chat: Chat): Promise<ServerResponse> {
  const asked = new Promise<ServerResponse>((resolve) => {
    model.answer = (_request, response) => {
      beginAnswer(response, 'We ship in winter, ');
      resolve(response);
    };
  });
  await chat.open();
  await chat.send('Do you ship in winter?');
  const response = await asked;
  await expect(chat.answers.first()).toContainText('We ship in winter,');
  await expect(chat.answers.first()).toHaveAttribute('data-state', 'streaming');
  return response;
}

test('with a model in the environment, the shop answers through it', async ({ page }) => {
  model.answer = sayHello;
  await page.goto(demo.site);
  expect(await new Chat(page).ask('Hello')).toContain('Hello from the model.');
});

for (const [what, behaviour] of [
  ['is down', (_request, response) => response.socket?.destroy()],
  ['answers garbage', (_request, response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Welcome</h1>')],
] satisfies [string, RequestListener][]) {
  test(`when the model ${what}, the visitor reads what to do, and the next try works`, async ({ page }) => {
    model.answer = behaviour;
    await page.goto(demo.site);
    const chat = new Chat(page);
    await chat.open();
    await chat.send('Are you there?');
    const retry = chat.panel.getByRole('button', { name: /try again/i }).first();
    await expect(retry).toBeVisible({ timeout: 20_000 });
    await expect(chat.panel).not.toContainText(/undefined|model_|ECONN|Error/);
    model.answer = sayHello;
    await retry.click();
    await expect(chat.answers.last()).toContainText('Hello from the model.', { timeout: 15_000 });
    await expect(chat.said).toHaveCount(1);
    expect(demo.output()).not.toContain('key-for-this-test');
    expect(demo.output()).not.toContain('Are you there?');
  });
}

test('an answer goes on when the page is reloaded in the middle of it', async ({ page }) => {
  await page.goto(demo.site);
  const chat = new Chat(page);
  const response = await askForHalf(chat);
  await page.reload();
  await chat.open();
  await expect(chat.answers.first()).toContainText('We ship in winter,');
  endAnswer(response, 'well wrapped.');
  await expect(chat.answers.first()).toHaveAttribute('data-state', 'complete');
  await expect(chat.answers).toHaveText([/^We ship in winter, well wrapped\.$/]);
  await expect(chat.said).toHaveCount(1);
  await page.reload();
  await chat.open();
  await expect(chat.answers).toHaveText([/^We ship in winter, well wrapped\.$/]);
});

test('stop ends the answer, also at the model, and keeps what was said', async ({ page }) => {
  await page.goto(demo.site);
  const chat = new Chat(page);
  const response = await askForHalf(chat);
  const left = once(response, 'close');
  await chat.panel.getByRole('button', { name: /stop/i }).click();
  await expect(chat.answers.first()).toHaveAttribute('data-state', 'cancelled');
  await left;
  await expect(chat.answers.first()).toContainText('We ship in winter,');
  await page.reload();
  await chat.open();
  await expect(chat.answers.first()).toHaveAttribute('data-state', 'cancelled');
  await expect(chat.answers.first()).toContainText('We ship in winter,');
});
