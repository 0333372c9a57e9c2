import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { runInput } from '../test/http-world.ts';

const CONFIG = join(import.meta.dirname, '../test/killed-config.ts');
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

interface Launch {
  readonly port?: string;
  readonly folder?: string;
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function launch({ port = '0', folder = dataDir, config = CONFIG, env = {} }: Launch = {}): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['--conditions=familiar-source', join(import.meta.dirname, 'main.ts'), '--config', config], {
    env: { ...process.env, DATA_DIR: folder, PORT: port, HOST: '127.0.0.1', SECRET_KEY: secretKey, DATABASE_URL: '', ...env },
  });
  running.add(child);
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return { child, output: () => printed };
}

/** Exit code, and the last line of what was printed, of a program that does not start. */
async function ending(options: Launch): Promise<{ code: unknown; line: string }> {
  const { child, output } = launch(options);
  const [code] = (await once(child, 'close')) as unknown[];
  expect(output()).not.toContain('canary');
  return { code, line: output().trim().split('\n').at(-1) ?? '' };
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
  const { code, line } = await ending({ port, folder: join(dataDir, 'other') });
  expect(code).toBe(1);
  expect(line).toContain(`Port ${port} is in use.`);
}, 30_000);

test('SIGTERM ends an idle program with exit code 0', async () => {
  const { child } = await start();
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
}, 30_000);

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s again, while it waits for an answer that never ends, means now',
  async (signal) => {
    const program = await start();
    const session = ((await (await call(program, '/v1/sessions', { metadata: { end_user_id: 'u_1' } })).json()) as { id: string }).id;
    const answer = await call(program, `/v1/sessions/${session}/runs`, runInput('hello'));
    const reading = readUntil(answer, 'never said').catch(() => 'cut');
    program.child.kill('SIGTERM');
    while (!program.output().includes('draining')) await once(program.child.stdout ?? program.child, 'data');
    // It takes its time: readiness says so, and the run goes on.
    expect((await call(program, '/readyz')).status).toBe(503);
    expect(program.child.exitCode).toBeNull();
    const toldAt = performance.now();
    program.child.kill(signal);
    expect(await once(program.child, 'exit')).toEqual([1, null]);
    expect(performance.now() - toldAt).toBeLessThan(5000);
    expect(await reading).toBe('cut');
    // What was said is kept, as after any other sudden end.
    const next = await start();
    const page = (await (await call(next, `/v1/sessions/${session}/messages`)).json()) as { data: unknown[] };
    expect(page.data).toMatchObject([{ content: 'hello' }, { content: 'half', status: 'interrupted' }]);
  },
  30_000,
);

test('a store that cannot be opened is one clear line and exit code 1', async () => {
  const garbage = join(dataDir, 'garbage');
  mkdirSync(garbage, { recursive: true });
  writeFileSync(join(garbage, 'familiar.db'), 'canary '.repeat(200));
  expect(await ending({ folder: garbage })).toEqual({
    code: 1,
    line: `The store cannot be opened. SQLite: file is not a database. Look at the data folder ${garbage}.`,
  });
  expect(await ending({ folder: join(garbage, 'familiar.db') })).toEqual({
    code: 1,
    line: 'The data folder cannot be used (EEXIST). Set DATA_DIR to a folder that this user may write.',
  });
  const closed = { DATABASE_URL: 'postgres://user:canary@127.0.0.1:1/db' };
  expect(await ending({ env: closed })).toEqual({
    code: 1,
    line: 'The store cannot be opened. PostgreSQL cannot be reached (ECONNREFUSED). Look at DATABASE_URL and the server that it names.',
  });
  await start();
  const second = await ending({});
  expect(second.code).toBe(1);
  expect(second.line).toMatch(/^The store cannot be opened\. Another process is using this data folder\. Stop it, or set DATA_DIR/);
}, 30_000);

test('a mistake in what it is started with is one clear line and exit code 1', async () => {
  const file = join(dataDir, 'broken.mjs');
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, 'export default {');
  const cases: [Launch, RegExp][] = [
    [{ config: file }, /^The configuration file .+broken\.mjs cannot be loaded: Unexpected end of input$/],
    [{ config: join(dataDir, 'missing.mjs') }, /^The configuration file .+missing\.mjs cannot be loaded: Cannot find module/],
    [{ port: 'canary' }, /^ {2}port: Write a whole number from 0 to 65535, here or as PORT/],
    [{ env: { LOG_LEVEL: 'canary' } }, /^LOG_LEVEL is one of trace, debug, info, warn, error, fatal, silent\.$/],
    [{ env: { HOST: '192.0.2.1' } }, /^HOST=192\.0\.2\.1 is no address of this machine\./],
    [{ env: { SECRET_KEY: '' } }, /^The environment variable SECRET_KEY is not set\. Set it before the start/],
    [{ env: { FAMILIAR_SESSION_SECRET: 'canarycanary' } }, /^FAMILIAR_SESSION_SECRET: This HS256 secret decodes to 9 bytes/],
  ];
  const endings = await Promise.all(cases.map(([options], index) => ending({ folder: join(dataDir, `at-${index}`), ...options })));
  endings.forEach(({ code, line }, index) => {
    expect(code).toBe(1);
    expect(line).toMatch(cases[index]?.[1] ?? /^$/);
  });
}, 30_000);
