import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test, vi } from 'vitest';

test('the PostgreSQL of a test ends, and its folder goes, when the test is killed', async () => {
  const environment = { ...process.env, DATABASE_URL: '' };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'start-postgres-and-wait.ts')], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url = ''] = await new Promise<string[]>((resolve) =>
    createInterface({ input: child.stdout }).once('line', (line) => resolve([line])),
  );
  const folder = new URL(url).searchParams.get('host') ?? '';
  expect(existsSync(join(folder, 'data', 'postmaster.pid'))).toBe(true);
  child.kill('SIGKILL');
  await vi.waitFor(() => expect(existsSync(folder)).toBe(false), { timeout: 10_000 });
}, 60_000);
