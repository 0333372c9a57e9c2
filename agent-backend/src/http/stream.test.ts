import { LIMITS } from '@familiar/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { type HttpWorld, type HttpWorldOptions, openHttpWorld, runInput } from '../../test/http-world.ts';
import { openBrowser } from '../../test/identity-world.ts';
import { functionAgent } from '../agents/function-agent.ts';

/** On a whole second, as the times in tokens are. */
const START_MS = Math.floor(Date.now() / 1000) * 1000;
const time = { now: START_MS };
let world: HttpWorld | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await world?.close();
  time.now = START_MS;
});

/** Under two clocks that the test sets: the time of day, and the one that intervals go by. */
async function open(options: HttpWorldOptions = {}) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const opened = await openHttpWorld({ clock: () => time.now, ...options });
  world = opened;
  const browser = await openBrowser(() => time.now);
  const { token } = await opened.mint({}, browser);
  const session = await opened.newSession(token);
  return { ...opened, browser, token, session, path: `/v1/sessions/${session}` };
}

function advance(ms: number): void {
  time.now += ms;
  vi.advanceTimersByTime(ms);
}

/** What has arrived by now, chunk by chunk; `next` waits for more, and is `null` at the end. */
function read(answer: Response) {
  const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
  let peeked: Promise<string | null> | undefined;
  const peek = (): Promise<string | null> => {
    peeked ??= reader.read().then(({ done, value }) => (done ? null : new TextDecoder().decode(value)));
    return peeked;
  };
  const next = (): Promise<string | null> => {
    const taken = peek();
    peeked = undefined;
    return taken;
  };
  return {
    next,
    cancel: () => reader.cancel(),
    /** Is there nothing to read, once all that is under way has come to rest? Events of the store take no longer. */
    async isSilent(): Promise<boolean> {
      const settled = new Promise<string>((resolve) => setImmediate(() => setImmediate(() => resolve('silent'))));
      return (await Promise.race([peek(), settled])) === 'silent';
    },
    /** Everything up to a word, or to the end. */
    async until(word: string): Promise<string> {
      let text = '';
      for (let chunk = await next(); chunk !== null; chunk = await next()) {
        text += chunk;
        if (text.includes(word)) break;
      }
      return text;
    },
  };
}

const HEARTBEAT = ': \n\n';
const CHECK_MS = 3500;

test('a stream without events says every 15 seconds that it lives', async () => {
  const { call, token, path } = await open();
  const stream = read(await call('GET', `${path}/events`, { token }));
  expect(await stream.next()).toMatch(/^retry: \d+\n\n$/);
  for (let beat = 0; beat < 4; beat += 1) {
    advance(14_999);
    expect(await stream.isSilent()).toBe(true);
    advance(1);
    expect(await stream.next()).toBe(HEARTBEAT);
  }
  await stream.cancel();
});

test('whoever follows a session hears a run of it at once, not with the next heartbeat', async () => {
  const { call, token, path } = await open();
  const stream = read(await call('GET', `${path}/events`, { token }));
  expect(await stream.next()).toMatch(/^retry: /);
  // Asked for before it is there: only what is sent can answer it.
  expect(await stream.isSilent()).toBe(true);
  await (await call('POST', `${path}/runs`, { token, body: runInput('hello') })).text();
  // No interval has passed: what comes now, the run itself has sent.
  const heard = await stream.until('RUN_FINISHED');
  expect(heard).toContain('RUN_STARTED');
  expect(heard).toContain('You said: hello');
  await stream.cancel();
});

test('a stream ends with its session token, its run does not, and a new token goes on where it ended', async () => {
  let finish = (): void => undefined;
  const agent = functionAgent(async function* () {
    yield 'first half, ';
    await new Promise<void>((resolve) => (finish = resolve));
    yield 'second half';
  });
  const { call, mint, browser, token, path } = await open({ agent: { agent } });
  const stream = read(await call('POST', `${path}/runs`, { token, body: runInput('hello') }));
  const begun = await stream.until('first half, ');
  const lastEventId = [...begun.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? '';
  advance(LIMITS.sessionTokenSeconds * 1000 - 1);
  // Alive to the last moment: there are heartbeats, and no end.
  expect(await stream.next()).toBe(HEARTBEAT);
  while (!(await stream.isSilent())) expect(await stream.next()).toBe(HEARTBEAT);
  advance(CHECK_MS);
  expect(await stream.until('RUN_')).not.toContain('RUN_');
  expect((await call('GET', `${path}/events`, { token })).status).toBe(401);
  const fresh = (await mint({}, browser)).token;
  const rest = read(await call('GET', `${path}/events`, { token: fresh, headers: { 'last-event-id': lastEventId } }));
  finish();
  const ending = await rest.until('RUN_FINISHED');
  expect(ending).toContain('second half');
  expect(ending).not.toContain('RUN_STARTED');
  await rest.cancel();
});

test('a stream ends when its token is revoked, and others of the same visitor go on', async () => {
  const { call, mint, browser, token, path } = await open();
  const other = (await mint({}, browser)).token;
  const [first, second] = [
    read(await call('GET', `${path}/events`, { token })),
    read(await call('GET', `${path}/events`, { token: other })),
  ];
  await call('DELETE', '/v1/embed/session-tokens/current', { token });
  advance(CHECK_MS);
  expect(await first.until('never')).toMatch(/^retry: \d+\n\n$/);
  advance(LIMITS.heartbeatMs);
  expect(await second.until(HEARTBEAT)).toContain(HEARTBEAT);
  await second.cancel();
});
