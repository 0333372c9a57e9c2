import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { runInput } from '../test/http-world.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'familiar-main-'));
const secretKey = `sk_${randomBytes(24).toString('base64url')}`;
const running = new Set<ChildProcess>();

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  for (const child of running) if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  running.clear();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Program {
  readonly child: ChildProcess;
  readonly base: string;
  readonly output: () => string;
}

function launch(port = '0', folder = dataDir): { child: ChildProcess; output: () => string } {
  const child = spawn(
    process.execPath,
    [
      '--conditions=familiar-source',
      join(import.meta.dirname, 'main.ts'),
      '--config',
      join(import.meta.dirname, '../test/killed-config.ts'),
    ],
    { env: { ...process.env, DATA_DIR: folder, PORT: port, HOST: '127.0.0.1', SECRET_KEY: secretKey, DATABASE_URL: '' } },
  );
  running.add(child);
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return { child, output: () => printed };
}

async function start(): Promise<Program> {
  const { child, output } = launch();
  for (;;) {
    const port = /"port":(\d+)/.exec(output())?.[1];
    if (port !== undefined) return { child, output, base: `http://127.0.0.1:${port}` };
    if (child.exitCode !== null || child.stdout === null) throw new Error(`The program ended: ${output()}`);
    await once(child.stdout, 'data');
  }
}

function call({ base }: Program, path: string, body?: unknown): Promise<Response> {
  return fetch(`${base}${path}${path.includes('?') ? '' : '?end_user_id=u_1'}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function readUntil(answer: Response, word: string): Promise<void> {
  let text = '';
  for await (const chunk of (answer.body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes(word)) return;
  }
  throw new Error(`The stream ended before "${word}".`);
}

test('killed in the middle of an answer, it keeps what was said and ends the run as interrupted', async () => {
  const first = await start();
  const session = ((await (await call(first, '/v1/sessions', { metadata: { end_user_id: 'u_1' } })).json()) as { id: string }).id;
  const input = runInput('hello canary');
  await readUntil(await call(first, `/v1/sessions/${session}/runs`, input), '"delta":"half"');
  const gone = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await gone;

  const second = await start();
  const page = (await (await call(second, `/v1/sessions/${session}/messages`)).json()) as { data: unknown[]; active_run: unknown };
  expect(page).toMatchObject({
    data: [
      { role: 'user', content: 'hello canary' },
      { role: 'assistant', content: 'half', status: 'interrupted' },
    ],
    active_run: null,
  });
  const told = await (await call(second, `/v1/sessions/${session}/runs`, input)).text();
  expect(told).toContain('"code":"interrupted"');
  for (const { output } of [first, second]) {
    expect(output()).not.toContain('canary');
    expect(output()).not.toContain(secretKey);
    expect(output()).not.toContain(session);
  }
}, 30_000);

test('a port in use is one clear line and exit code 1', async () => {
  const first = await start();
  const port = new URL(first.base).port;
  const { child, output } = launch(port, join(dataDir, 'other'));
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(1);
  expect(output().trim().split('\n').at(-1)).toContain(`Port ${port} is in use.`);
}, 30_000);

test('SIGTERM ends an idle program with exit code 0', async () => {
  const { child } = await start();
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
}, 30_000);
