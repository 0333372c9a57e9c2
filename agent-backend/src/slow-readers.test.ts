import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { runInput } from '../test/http-world.ts';
import { functionAgent } from './agents/function-agent.ts';
import { type Backend, createBackend } from './backend.ts';
import { createHttpServer } from './listen.ts';

const READERS = 50;
const PIECE = 'x'.repeat(16 * 1024);
const MOST_PIECES = 200;
const MIB = 1024 * 1024;

const folder = mkdtempSync(join(tmpdir(), 'familiar-slow-'));
// A socket in the file system: TCP on loopback takes up to 30 MiB for each reader before anybody notices that it stopped.
const address = join(folder, 'http.sock');
const secret = `sk_${randomBytes(24).toString('base64url')}`;
const authorization = `Bearer ${secret}`;
let backend: Backend;
let server: Server;
const lines = new PassThrough({ encoding: 'utf8' });
let said = 0;
let peak = 0;

/** Says a piece in each of the journal's windows, for as long as the paused readers are there. */
const agent = functionAgent(async function* () {
  while (said < MOST_PIECES && (await countStreams()) > 1) {
    said += 1;
    yield PIECE;
    peak = Math.max(peak, process.memoryUsage().rss);
    await told();
  }
});

let hear = (): void => undefined;
/** Until the reader that keeps up has got what was said: pieces would be joined to one event otherwise. */
const told = (): Promise<void> => new Promise((resolve) => (hear = resolve));

beforeAll(async () => {
  const limits = { streamsPerParticipant: READERS + 10 };
  const agents = { 'acme/helper': { name: 'Helper', agent, secretKeys: [{ name: 'server', secret }], limits } };
  backend = await createBackend({ agents, dataDir: folder }, { env: {}, log: pino({}, lines) });
  server = createHttpServer(backend).listen(address);
  await once(server, 'listening');
});
beforeEach(() => {
  said = 0;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await backend.close(0);
  rmSync(folder, { recursive: true, force: true });
});

function ask(path: string, body?: unknown): Promise<Response> {
  const headers = { authorization, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return backend.fetch(new Request(`http://localhost${path}`, { headers, ...sent }));
}

async function countStreams(): Promise<number> {
  return Number(/^familiar_streams_open (\d+)$/m.exec(await (await ask('/metrics')).text())?.[1] ?? -1);
}

async function newSession(): Promise<string> {
  const made = await ask('/v1/sessions', { metadata: { end_user_id: 'u_1' } });
  return `/v1/sessions/${((await made.json()) as { id: string }).id}`;
}

interface Stream {
  readonly socket: Socket;
  readonly text: () => string;
  readonly ended: Promise<unknown>;
}

/** A stream over HTTP, of which nothing is taken after its first bytes until its socket is resumed. */
async function openPaused(path: string, lastEventId?: string): Promise<Stream> {
  const socket = connect(address);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  // Cut off: the reader comes to know by the end of what it reads.
  socket.on('error', () => undefined);
  const cursor = lastEventId === undefined ? '' : `Last-Event-ID: ${lastEventId}\r\n`;
  socket.write(`GET ${path}/events?end_user_id=u_1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n${cursor}\r\n`);
  while (!text.includes('retry:')) await once(socket, 'data');
  socket.pause();
  return { socket, ended, text: () => text };
}

/** Reads a run to its end, as fast as it comes. */
async function keepUp(answer: Response): Promise<string> {
  let text = '';
  for await (const chunk of (answer.body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    hear();
  }
  return text;
}

/** Ids of whole frames, in order. */
function idsIn(text: string): string[] {
  return [...text.matchAll(/^id: (\S+)\ndata: .*\n\n/gm)].map(([, id]) => id ?? '');
}

test('fifty readers that stop reading are let go, and the memory that they cost stays bounded', async () => {
  const path = await newSession();
  const paused = await Promise.all(Array.from({ length: READERS }, () => openPaused(path)));
  expect(await countStreams()).toBe(READERS);
  const before = process.memoryUsage().rss;
  peak = before;
  const text = await keepUp(await ask(`${path}/runs?end_user_id=u_1`, runInput('go')));
  expect(said).toBeLessThan(MOST_PIECES);
  expect(await countStreams()).toBe(0);
  expect((peak - before) / MIB).toBeLessThan(64);
  // Who kept up has lost nothing by it.
  expect(text.split(PIECE).length - 1).toBeGreaterThanOrEqual(said);
  expect(text).toContain('RUN_FINISHED');
  for (const { socket } of paused) socket.destroy();
}, 60_000);

test('who was let go finds the connection cut, comes back with the last event it has, and misses nothing; the log alone says so, in one line', async () => {
  const path = await newSession();
  const slow = await openPaused(path);
  lines.read();
  const printed = [vi.spyOn(console, 'error'), vi.spyOn(console, 'info')];
  const all = idsIn(await keepUp(await ask(`${path}/runs?end_user_id=u_1`, runInput('go'))));
  expect(await countStreams()).toBe(0);
  slow.socket.resume();
  await slow.ended;
  const first = idsIn(slow.text());
  expect(first.length).toBeGreaterThan(0);
  expect(first.length).toBeLessThan(all.length);
  // Cut, not finished: the end of a chunked answer would be an empty chunk.
  expect(slow.text()).not.toMatch(/\r\n0\r\n\r\n$/);
  const rest = await openPaused(path, first.at(-1));
  rest.socket.resume();
  while (!rest.text().includes('RUN_FINISHED')) await once(rest.socket, 'data');
  rest.socket.destroy();
  expect([...first, ...idsIn(rest.text())]).toEqual(all);
  expect(String(lines.read()).match(/"event":"stream_cut","reason":"\w+"/g)).toEqual(['"event":"stream_cut","reason":"too_slow"']);
  for (const print of printed) expect(print).not.toHaveBeenCalled();
}, 60_000);
