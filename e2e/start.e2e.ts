import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { freePort, startDemo } from './processes.ts';

const ROOT = join(import.meta.dirname, '..');

/** Runs the start script to its end, for starts that must fail. */
async function runStart(environment: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'familiar-start-'));
  const child = spawn(process.execPath, ['scripts/start.mjs'], { cwd: ROOT, env: { ...process.env, DATA_DIR: dataDir, ...environment } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  rmSync(dataDir, { recursive: true, force: true });
  return { code, output };
}

for (const name of ['PORT', 'BACKEND_PORT']) {
  test(`a busy ${name} is one clear message, and nothing is left running`, async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const busy = typeof address === 'object' && address !== null ? address.port : 0;
    const other = await freePort();
    const ports =
      name === 'PORT' ? { PORT: String(busy), BACKEND_PORT: String(other) } : { PORT: String(other), BACKEND_PORT: String(busy) };
    const { code, output } = await runStart(ports);
    taken.close();
    expect(code).toBe(1);
    expect(output).toContain(`Port ${busy} is in use.`);
    expect(output).toContain(`${name}=`);
    await expect(fetch(`http://localhost:${other}/`)).rejects.toThrow();
  });
}

test('a port that is no port is refused with its name', async () => {
  const { code, output } = await runStart({ PORT: 'eighty' });
  expect(code).toBe(1);
  expect(output).toContain('PORT must be a port');
});

test('start prints both addresses and the accounts, and SIGTERM stops both processes', async () => {
  const demo = await startDemo();
  for (const text of [demo.site, demo.backend, 'alice']) await expect.poll(() => demo.output()).toContain(text);
  await demo.remove();
  for (const url of [demo.site, demo.backend]) await expect(fetch(url)).rejects.toThrow();
});
