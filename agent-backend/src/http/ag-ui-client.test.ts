import { buildResumeArray, HttpAgent, isInterruptExpired } from '@ag-ui/client';
import { expect, test } from 'vitest';
import { openHttpWorld } from '../../test/http-world.ts';
import { openStepUpWorld } from '../../test/step-up-world.ts';
import { functionAgent } from '../agents/function-agent.ts';
import { listen } from '../listen.ts';

test('a stock AG-UI client holds a conversation, and the server keeps it once', async () => {
  const agent = functionAgent(async function* ({ history }) {
    yield { kind: 'tool-call', id: `call_${history.length}`, name: 'look', input: { at: 'pages' } };
    yield { kind: 'tool-result', id: `call_${history.length}`, content: 'found' };
    yield `Answer ${history.length}`;
    yield { kind: 'usage', usage: { totalTokens: 3 } };
  });
  const world = await openHttpWorld({ agent: { agent } });
  const server = await listen(world.backend, { port: 0, host: '127.0.0.1' });
  const { token } = await world.mint();
  const client = new HttpAgent({
    url: `http://127.0.0.1:${server.port}/v1/agents/acme/helper/ag-ui`,
    threadId: 'thread-1',
    headers: { Authorization: `Bearer ${token}` },
  });
  client.addMessage({ id: 'm1', role: 'user', content: 'one' });
  await client.runAgent({ runId: 'run-1' });
  client.addMessage({ id: 'm2', role: 'user', content: 'two' });
  await client.runAgent({ runId: 'run-2' });
  const said = client.messages.filter(({ role, content }) => role === 'assistant' && typeof content === 'string' && content !== '');
  expect(said.map(({ content }) => content)).toEqual(['Answer 1', 'Answer 3']);
  const page = await world.call('GET', '/v1/sessions/thread-1/messages', { token });
  const { data } = (await page.json()) as { data: { content: string }[] };
  expect(data.map(({ content }) => content)).toEqual(['one', 'Answer 1', 'two', 'Answer 3']);
  await server.close();
  await world.close();
});

test('a stock AG-UI client takes a cancelled run for an ended one', async () => {
  let said = (): void => undefined;
  const isSaid = new Promise<void>((resolve) => (said = resolve));
  const agent = functionAgent(async function* () {
    yield 'half';
    said();
    await new Promise(() => undefined);
  });
  const world = await openHttpWorld({ agent: { agent } });
  const server = await listen(world.backend, { port: 0, host: '127.0.0.1' });
  const { token } = await world.mint();
  const url = `http://127.0.0.1:${server.port}/v1/agents/acme/helper/ag-ui`;
  const client = new HttpAgent({ url, threadId: 'thread-1', headers: { Authorization: `Bearer ${token}` } });
  client.addMessage({ id: 'm1', role: 'user', content: 'one' });
  const run = client.runAgent({ runId: 'run-1' });
  await isSaid;
  const cancelled = await world.call('POST', '/v1/sessions/thread-1/runs/run-1/cancel', { token });
  expect(await cancelled.json()).toEqual({ run_id: 'run-1', status: 'cancelled' });
  await run;
  expect(client.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'half' });
  await server.close();
  await world.close();
});

test('a stock AG-UI client sees what a run waits for, and goes on with the answer', async () => {
  const world = await openStepUpWorld();
  const { signIn, openBrowser, ago, backend, closed } = world;
  const server = await listen(backend, { port: 0, host: '127.0.0.1' });
  const browser = await openBrowser();
  const url = `http://127.0.0.1:${server.port}/v1/agents/acme/helper/ag-ui`;
  const { token } = await signIn(browser, { auth_time: ago(3600) });
  const client = new HttpAgent({ url, threadId: 'thread-1', headers: { Authorization: `Bearer ${token}` } });
  client.addMessage({ id: 'm1', role: 'user', content: 'Close my account' });
  await client.runAgent({ runId: 'run-1' });
  expect(client.pendingInterrupts).toMatchObject([{ reason: 'step_up', metadata: { max_age: 300 } }]);
  expect(client.pendingInterrupts.some((interrupt) => isInterruptExpired(interrupt))).toBe(false);
  expect(closed).toEqual([]);
  const resume = buildResumeArray(client.pendingInterrupts, { [client.pendingInterrupts[0]?.id ?? '']: { status: 'resolved' } });
  client.headers = { Authorization: `Bearer ${(await signIn(browser, { auth_time: ago(5) })).token}` };
  await client.runAgent({ runId: 'run-2', resume });
  expect(client.pendingInterrupts).toEqual([]);
  expect(client.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'Done.' });
  expect(closed).toHaveLength(1);
  await server.close();
  await world.close();
});
