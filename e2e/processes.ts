import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '..');

/** A running demo: the same two processes that `npm start` runs, with a data folder of its own. */
export interface Demo {
  readonly site: string;
  readonly backend: string;
  readonly dataDir: string;
  /** Everything both processes have printed so far. */
  output(): string;
  /** Ends it, by SIGKILL for a crash; its data stays. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same ports and data. */
  start(): Promise<void>;
}

/** A TCP port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function isUp(url: string): Promise<boolean> {
  return fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );
}

/** Asks every 100 ms until it is so; after 30 s it fails, with what the processes printed. */
export async function until(what: string, isSo: () => Promise<boolean>, printed: () => string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Waited 30 s in vain: ${what}.\n${printed()}`);
    await setTimeout(100);
  }
}

/** Starts the demo on free ports. `environment` is added to that of the processes. */
export async function startDemo(environment: Record<string, string> = {}): Promise<Demo & { remove(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'familiar-e2e-'));
  const [sitePort, backendPort] = [await freePort(), await freePort()];
  const site = `http://localhost:${sitePort}`;
  const backend = `http://localhost:${backendPort}`;
  let child: ChildProcess | null = null;
  let printed = '';

  async function start(): Promise<void> {
    child = spawn(process.execPath, ['scripts/start.mjs'], {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment, PORT: String(sitePort), BACKEND_PORT: String(backendPort), DATA_DIR: dataDir },
    });
    child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    await until(
      'the demo answers',
      async () => (await isUp(`${backend}/readyz`)) && (await isUp(site)),
      () => printed,
    );
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const running = child;
    child = null;
    if (running?.pid === undefined || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    process.kill(signal === 'SIGKILL' ? -running.pid : running.pid, signal);
    await gone;
    await until(
      'the demo has stopped',
      async () => !(await isUp(`${backend}/healthz`)) && !(await isUp(site)),
      () => printed,
    );
  }

  async function remove(): Promise<void> {
    await stop();
    rmSync(dataDir, { recursive: true, force: true });
  }

  await start();
  return { site, backend, dataDir, output: () => printed, start, stop, remove };
}
