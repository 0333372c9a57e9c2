import { formatCursor } from '@familiar/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { runInput } from './http-world.ts';
import { type Node, openNodes } from './nodes.ts';
import { collect, type Frame, isType, readUntil, textOf } from './run-frames.ts';
import { createPostgresSource } from './stores.ts';

const SHORT_LEASE_MS = 1500;
const LONG_LEASE_MS = 30_000;
const source = createPostgresSource();
let nodes: ReturnType<typeof openNodes>;
beforeAll(() => source.start(), 60_000);
afterEach(() => nodes.close());
afterAll(() => source.stop());

interface Scene {
  /** Runs what is asked below. */
  readonly owner: Node;
  readonly other: Node;
  readonly session: string;
  readonly input: ReturnType<typeof runInput>;
  /** The owner's own stream of the run, and what was read of it. */
  readonly frames: AsyncGenerator<Frame>;
  readonly seen: readonly Frame[];
}

/** Two processes; the one has been asked, and has said "half". */
async function open(leaseMs: number): Promise<Scene> {
  nodes = openNodes((await source.create()).databaseUrl ?? '');
  const [owner, other] = await Promise.all([nodes.start(leaseMs), nodes.start(leaseMs)]);
  const session = await owner.newSession();
  const input = runInput('hello');
  const frames = await owner.run(session, input);
  owner.say('half');
  const seen = await readUntil(frames, isType('TEXT_MESSAGE_CONTENT'));
  return { owner, other, session, input, frames, seen };
}

const startOf = ({ runId }: Scene['input']): string => formatCursor({ stream: runId, seq: 0 });
const HALF = { role: 'assistant', content: 'half', status: 'interrupted' };

test('killed, a process leaves its run to the other, which ends it with what was said, and never runs it again', async () => {
  const { owner, other, session, input, seen } = await open(SHORT_LEASE_MS);
  const elsewhere = await other.events(session, startOf(input));
  await owner.kill('SIGKILL');
  const told = await readUntil(elsewhere, isType('RUN_ERROR'));
  await elsewhere.return(undefined);
  expect(told.slice(0, seen.length)).toEqual(seen);
  expect(told.at(-1)?.event).toMatchObject({ code: 'interrupted' });
  expect(textOf(told)).toBe('half');
  expect(await other.messages(session)).toMatchObject({ data: [{ role: 'user' }, HALF], active_run: null });
  expect(await collect(await other.run(session, input))).toEqual(told);
  expect(other.printed()).not.toContain('asked');
  other.say('again');
  other.say('');
  expect((await collect(await other.run(session, runInput('once more')))).at(-1)?.event).toMatchObject({ type: 'RUN_FINISHED' });
}, 60_000);

test('stopped for longer than its lease, a process that wakes up adds nothing to the run that the other has ended', async () => {
  const { owner, other, session, input, frames, seen } = await open(SHORT_LEASE_MS);
  await owner.kill('SIGSTOP');
  owner.say('late');
  owner.say('');
  const elsewhere = await other.events(session, startOf(input));
  const told = await readUntil(elsewhere, isType('RUN_ERROR'));
  await owner.kill('SIGCONT');
  expect([...seen, ...(await collect(frames))]).toEqual(told);
  await expect.poll(owner.printed, { timeout: 10_000 }).toContain('stopped');
  expect(await owner.messages(session)).toMatchObject({ data: [{ role: 'user' }, HALF], active_run: null });
  expect(await collect(await other.run(session, input))).toEqual(told);
  await elsewhere.return(undefined);
}, 60_000);

test('cancel, sent to the process that does not run it, ends a run everywhere', async () => {
  const { owner, other, session, input, frames, seen } = await open(LONG_LEASE_MS);
  const cancel = (node: Node): Promise<unknown> =>
    node.call('POST', `/v1/sessions/${session}/runs/${input.runId}/cancel`).then((answer) => answer.json());
  const cancelled = { run_id: input.runId, status: 'cancelled' };
  expect(await cancel(other)).toEqual(cancelled);
  owner.say('unsaid');
  await expect.poll(owner.printed, { timeout: 10_000 }).toContain('stopped');
  const told = [...seen, ...(await collect(frames))];
  expect(told.at(-1)?.event).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
  expect(await collect(await other.run(session, input))).toEqual(told);
  expect(await other.messages(session)).toMatchObject({ data: [{}, { content: 'half', status: 'cancelled' }], active_run: null });
  expect(await Promise.all([cancel(owner), cancel(other)])).toEqual([cancelled, cancelled]);
}, 60_000);

test('read a frame here and a frame there, by Last-Event-ID, a run is whole: nothing lost, nothing doubled', async () => {
  const { owner, other, session, input, frames } = await open(LONG_LEASE_MS);
  const read: Frame[] = [];
  const words = Array.from({ length: 12 }, (_, index) => `word${index} `);
  for (let turn = 0; read.at(-1)?.event.type !== 'RUN_FINISHED'; turn++) {
    owner.say(words[turn] ?? '');
    const node = turn % 2 === 0 ? other : owner;
    const part = await node.events(session, read.at(-1)?.id ?? startOf(input));
    const next = await part.next();
    if (next.done !== true) read.push(next.value);
    await part.return(undefined);
  }
  expect(read.map(({ id }) => id)).toEqual(read.map((_, index) => formatCursor({ stream: input.runId, seq: index + 1 })));
  expect(textOf(read)).toBe(`half${words.join('')}`);
  expect(await collect(await other.run(session, input))).toEqual(read);
  await collect(frames);
}, 60_000);
