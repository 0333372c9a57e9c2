import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessagePage } from '@familiar/protocol';
import { type Frame, readFrames } from './run-frames.ts';

/** A backend in a process of its own. */
export interface Node {
  /** The agent says this; `''`: it ends. */
  say(text: string): void;
  /** What the program has printed: `asked` for each run that its agent began, `stopped` for each that was told to stop. */
  readonly printed: () => string;
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  call(method: 'GET' | 'POST', path: string, options?: { readonly body?: unknown; readonly lastEventId?: string }): Promise<Response>;
  newSession(): Promise<string>;
  messages(session: string): Promise<MessagePage>;
  /** Posts a run. */
  run(session: string, input: unknown): Promise<AsyncGenerator<Frame>>;
  events(session: string, lastEventId: string): Promise<AsyncGenerator<Frame>>;
}

/** Processes on one PostgreSQL, for one customer's server. `close` kills them all. */
export function openNodes(databaseUrl: string) {
  const secretKey = `sk_${randomBytes(24).toString('base64url')}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'familiar-nodes-'));
  const children: ChildProcess[] = [];
  async function start(leaseMs: number): Promise<Node> {
    const child = spawn(process.execPath, ['--conditions=familiar-source', join(import.meta.dirname, 'node-program.ts')], {
      env: { ...process.env, DATABASE_URL: databaseUrl, DATA_DIR: dataDir, SECRET_KEY: secretKey, LEASE_MS: String(leaseMs) },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    while (!/^port \d+$/m.test(printed)) {
      if (child.exitCode !== null) throw new Error('The program ended before it listened.');
      await once(child.stdout, 'data');
    }
    const base = `http://127.0.0.1:${/^port (\d+)$/m.exec(printed)?.[1]}`;
    return openNode({ child, base, secretKey, printed: () => printed });
  }
  async function close(): Promise<void> {
    for (const child of children) await end(child, 'SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  }
  return { start, close };
}

interface Opened {
  readonly child: ChildProcess;
  readonly base: string;
  readonly secretKey: string;
  readonly printed: () => string;
}

function openNode({ child, base, secretKey, printed }: Opened): Node {
  const call: Node['call'] = (method, path, { body, lastEventId } = {}) =>
    fetch(`${base}${path}?end_user_id=u_1`, {
      method,
      headers: {
        authorization: `Bearer ${secretKey}`,
        'content-type': 'application/json',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    call,
    printed,
    say: (text) => child.stdin?.write(`${text}\n`),
    async kill(signal) {
      if (signal === 'SIGKILL') await end(child, signal);
      else child.kill(signal);
    },
    newSession: async () =>
      ((await (await call('POST', '/v1/sessions', { body: { metadata: { end_user_id: 'u_1' } } })).json()) as { id: string }).id,
    messages: async (session) => (await (await call('GET', `/v1/sessions/${session}/messages`)).json()) as MessagePage,
    run: async (session, body) => readFrames((await call('POST', `/v1/sessions/${session}/runs`, { body })).body),
    events: async (session, lastEventId) => readFrames((await call('GET', `/v1/sessions/${session}/events`, { lastEventId })).body),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
