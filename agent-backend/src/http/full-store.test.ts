import type { MessagePage } from '@familiar/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpWorld, openHttpWorld, runInput } from '../../test/http-world.ts';
import { problemOf } from '../../test/people.ts';
import { listStoreSources } from '../../test/stores.ts';
import { functionAgent } from '../agents/function-agent.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';

/** A disk without room, as the database itself reports it: SQLITE_FULL, SQLSTATE 53100. */
interface Disk {
  fill(): Promise<void>;
  makeRoom(): Promise<void>;
}

function diskOf(store: Store): Disk {
  const run = async (...statements: readonly string[]): Promise<void> => {
    for (const statement of statements) await store.rows(statement);
  };
  if (store.kind === 'sqlite')
    return { fill: () => run('PRAGMA max_page_count = 1'), makeRoom: () => run('PRAGMA max_page_count = 1000000') };
  // Events are written after the message and the run of the same transaction: in its middle.
  return {
    fill: () =>
      run(
        `CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
           'BEGIN RAISE EXCEPTION ''could not extend file: canary'' USING ERRCODE = ''53100''; END'`,
        'CREATE TRIGGER no_room BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION no_room()',
        'CREATE TRIGGER no_room BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION no_room()',
      ),
    makeRoom: () => run('DROP FUNCTION no_room() CASCADE'),
  };
}

/** More than the free places of the pages that are there. */
const LONG = 'w'.repeat(30_000);
const AWAY = { status: 503, code: 'store_unavailable' };

describe.each(listStoreSources())('a store on $kind whose disk is full', (source) => {
  let world: HttpWorld;
  let disk: Disk;
  let token: string;
  let refusals = 0;
  let onRefusal = async (): Promise<void> => undefined;
  let proceed = (): void => undefined;

  /** The real store, which tells when it has refused a transaction. */
  const watch = (store: Store): Store => ({
    ...store,
    async transaction(work) {
      try {
        return await store.transaction(work);
      } catch (error) {
        refusals += 1;
        await onRefusal();
        throw error;
      }
    },
  });
  const agent = functionAgent(async function* ({ history }) {
    const text = history.at(-1)?.text ?? '';
    yield 'I heard ';
    if (text.startsWith('wait')) await new Promise<void>((resolve) => (proceed = resolve));
    yield text.startsWith('wait') ? LONG : text;
  });
  beforeAll(async () => {
    await source.start();
    const { databaseUrl } = await source.create();
    world = await openHttpWorld({
      agent: { agent },
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      openStore: async (options) => {
        const store = await openStore(options);
        disk = diskOf(store);
        return watch(store);
      },
    });
    token = (await world.mint()).token;
  }, 60_000);
  afterAll(async () => {
    await world.close();
    await source.stop();
  });

  const say = (session: string, input: ReturnType<typeof runInput>): Promise<Response> =>
    world.call('POST', `/v1/sessions/${session}/runs`, { token, body: input });
  const texts = async (session: string): Promise<string[]> => {
    const page = (await (await world.call('GET', `/v1/sessions/${session}/messages`, { token })).json()) as MessagePage;
    return page.data.map(({ content }) => content);
  };

  test('answers 503 to what it cannot keep, keeps what it has acknowledged, and goes on when there is room', async () => {
    const session = await world.newSession(token);
    await (await say(session, runInput('before'))).text();
    await disk.fill();
    const input = runInput(LONG);
    const refused = await say(session, input);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.clone().text()).not.toMatch(/canary|www/);
    expect(await problemOf(refused)).toEqual(AWAY);
    const metadata = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, LONG.slice(0, 2000)]));
    expect(await problemOf(world.call('POST', '/v1/sessions', { token, body: { metadata } }))).toEqual(AWAY);
    // Nothing by halves: no message without its run, no run that keeps the session busy.
    expect(await texts(session)).toEqual(['before', 'I heard before']);
    expect((await world.call('GET', '/healthz')).status).toBe(200);
    await disk.makeRoom();
    expect(await (await say(session, input)).text()).toContain('RUN_FINISHED');
    expect(await texts(session)).toEqual(['before', 'I heard before', LONG, `I heard ${LONG}`]);
  });

  test('in the middle of an answer waits for room: nobody sees what is not kept, and nothing is lost', async () => {
    const session = await world.newSession(token);
    const answer = await say(session, runInput('wait'));
    const reader = (answer.body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('I heard ')) text += (await reader.read()).value ?? '';
    await disk.fill();
    const before = refusals;
    const madeRoom = new Promise<void>((resolve) => {
      onRefusal = async () => {
        onRefusal = async () => undefined;
        await disk.makeRoom();
        resolve();
      };
    });
    proceed();
    await madeRoom;
    expect(text).not.toContain('www');
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) text += chunk.value;
    expect(refusals).toBeGreaterThan(before);
    expect(text).toContain('RUN_FINISHED');
    const told = [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as { type: string; delta?: string });
    expect(told.map(({ type, delta }) => (type === 'TEXT_MESSAGE_CONTENT' ? delta : '')).join('')).toBe(`I heard ${LONG}`);
    expect(await texts(session)).toEqual(['wait', `I heard ${LONG}`]);
  });
});
