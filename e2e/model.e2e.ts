import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import { expect, test } from '@playwright/test';
import { Chat } from './chat.ts';
import { startDemo } from './processes.ts';

/** A model server on loopback that speaks the OpenAI protocol, or fails to. Each test sets what it does. */
let answer: RequestListener;
let server: Server;
let demo: Awaited<ReturnType<typeof startDemo>>;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  demo = await startDemo({ OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_API_KEY: 'key-for-this-test', MODEL: 'some-model' });
});

test.afterAll(async () => {
  await demo.remove();
  server.closeAllConnections();
  server.close();
});

const sayHello: RequestListener = (_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'some-model', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  response.end(
    `${chunk({ role: 'assistant', content: 'Hello from ' })}${chunk({ content: 'the model.' })}${chunk({}, 'stop')}data: [DONE]\n\n`,
  );
};

test('with a model in the environment, the shop answers through it', async ({ page }) => {
  answer = sayHello;
  await page.goto(demo.site);
  expect(await new Chat(page).ask('Hello')).toContain('Hello from the model.');
});

for (const [what, behaviour] of [
  ['is down', (_request, response) => response.socket?.destroy()],
  ['answers garbage', (_request, response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Welcome</h1>')],
] satisfies [string, RequestListener][]) {
  test(`when the model ${what}, the visitor reads what to do, and the next try works`, async ({ page }) => {
    answer = behaviour;
    await page.goto(demo.site);
    const chat = new Chat(page);
    await chat.open();
    await chat.send('Are you there?');
    const retry = chat.panel.getByRole('button', { name: /try again/i }).first();
    await expect(retry).toBeVisible({ timeout: 20_000 });
    await expect(chat.panel).not.toContainText(/undefined|model_|ECONN|Error/);
    answer = sayHello;
    await retry.click();
    await expect(chat.answers.last()).toContainText('Hello from the model.', { timeout: 15_000 });
    await expect(chat.said).toHaveCount(1);
    expect(demo.output()).not.toContain('key-for-this-test');
    expect(demo.output()).not.toContain('Are you there?');
  });
}
