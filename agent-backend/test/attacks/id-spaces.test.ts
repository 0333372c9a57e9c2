import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { parseId } from '@familiar/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AttackWorld, openAttackWorld, say } from './attack-world.ts';

/** R2 over HTTP: five key spaces. The agent recites all that it can reach, so one mixed row is heard. */
let world: AttackWorld;
beforeAll(async () => {
  world = await openAttackWorld({ agent: { softInstances: true } });
});
afterAll(() => world.close());

/** One who speaks: a fresh token each time, as after a reload. */
interface Speaker {
  readonly name: string;
  readonly comesBack: boolean;
  readonly token: () => Promise<string>;
}

/** Everybody who may call himself `id`, of every level, agent and way in. */
async function speakersCalled(id: string): Promise<Speaker[]> {
  const { mint, sign, doors, newBrowser } = world;
  const browser = await newBrowser();
  const soft = { user_id: id };
  return [
    { name: 'anonymous', comesBack: true, token: async () => (await mint({}, { browser })).token },
    { name: 'soft', comesBack: true, token: async () => (await mint(soft, { browser })).token },
    { name: 'verified', comesBack: true, token: async () => (await world.signIn(id)).token },
    { name: 'shared', comesBack: true, token: async () => (await mint({ identity_token: await sign({ sub: id, instance: id }) })).token },
    { name: 'ephemeral', comesBack: false, token: async () => (await mint({ user_id: 'ephemeral' }, { browser })).token },
    {
      name: 'signed ephemeral',
      comesBack: false,
      token: async () => (await mint({ identity_token: await sign({ sub: id, instance: 'ephemeral' }) })).token,
    },
    { name: 'soft of the other agent', comesBack: true, token: async () => (await mint(soft, { browser, door: doors.other })).token },
    { name: 'verified of the other agent', comesBack: true, token: async () => (await world.signIn(id, doors.other)).token },
  ];
}

/** Says it in a new conversation and returns what the agent could reach. */
async function tell(token: string, text: string): Promise<string> {
  const made = await world.call('POST', '/v1/sessions', { token, body: { metadata: {} } });
  const { id } = (await made.json()) as { id: string };
  return (await world.call('POST', `/v1/sessions/${id}/runs`, { token, body: say(text) })).text();
}

/** All that this token can read: conversations with their words, facts, and itself. */
async function readAll(token: string): Promise<string> {
  const paths = ['/v1/instance/export', '/v1/instance/memories', '/v1/sessions?q=canary', '/v1/instance'];
  const answers = await Promise.all(paths.map((path) => world.call('GET', path, { token })));
  return (await Promise.all(answers.map((answer) => answer.text()))).join('\n');
}

async function checkApart(speakers: readonly Speaker[]): Promise<void> {
  const canaries = speakers.map(() => `canary ${randomUUID()}`);
  for (const [at, speaker] of speakers.entries()) await tell(await speaker.token(), canaries[at] ?? '');
  for (const speaker of speakers) {
    const token = await speaker.token();
    const heard = `${await readAll(token)}\n${await tell(token, 'What do you know?')}`;
    const known = speakers.filter((_, other) => heard.includes(canaries[other] ?? '')).map(({ name }) => name);
    expect(known, `what ${speaker.name} can reach`).toEqual(speaker.comesBack ? [speaker.name] : []);
  }
}

test('eight called alice side by side have eight histories and memories', async () => {
  await checkApart(await speakersCalled(`alice_${randomUUID()}`));
});

const awkward = fc
  .oneof(
    fc.string({
      unit: fc.constantFrom('"', ',', '[', ']', '\\', ':', '/', '|', '%', '_', '.', 'a', 'A', "'", '$', '{'),
      minLength: 1,
      maxLength: 10,
    }),
    fc.string({ minLength: 1, maxLength: 255 }),
    fc.constantFrom(
      '__proto__',
      'constructor',
      'toString',
      '../../etc',
      '%2e%2e',
      "';--",
      '","',
      'v1","acme',
      'sess_1',
      'inst_1',
      'a'.repeat(255),
    ),
  )
  .filter((text) => parseId(text).kind === 'id');

test('whatever they are called, no two of them meet', async () => {
  await fc.assert(
    fc.asyncProperty(awkward, async (id) => checkApart(await speakersCalled(id))),
    { numRuns: 60, endOnFailure: true },
  );
}, 60_000);

test('look-alikes of one id are as many people as there are spellings', async () => {
  const names = [
    'alice',
    'Alice',
    'ALICE',
    'alice.',
    'alice@',
    '"alice"',
    'alice%00',
    'al%69ce',
    'alice/',
    './alice',
    'xn--alice',
    'al1ce',
  ];
  const suffix = randomUUID();
  await checkApart(
    names.flatMap((name) => [
      { name: `verified ${name}`, comesBack: true, token: async () => (await world.signIn(name + suffix)).token },
      { name: `soft ${name}`, comesBack: true, token: async () => (await world.mint({ user_id: name + suffix })).token },
    ]),
  );
}, 30_000);

test('a hundred made-up instances are each the one that its level and id say, over all pairs', async () => {
  const seen = new Map<string, string>();
  await fc.assert(
    fc.asyncProperty(awkward, fc.constantFrom('soft', 'verified', 'shared'), async (id, level) => {
      const members = {
        soft: { user_id: id },
        verified: { identity_token: await world.sign({ sub: id }) },
        shared: { user_id: 'somebody_1', instance: id },
      }[level];
      const { instance } = await world.mint(members);
      const key = JSON.stringify([level, id]);
      expect(instance.kind).toBe(level);
      expect(seen.get(instance.id) ?? key).toBe(key);
      seen.set(instance.id, key);
    }),
    { numRuns: 100 },
  );
}, 30_000);

test('a name that a page may not claim opens nothing and stores nothing', async () => {
  const before = world.countRows();
  const refused = [
    'anon_alice',
    'ANON:alice',
    'soft:alice',
    'verified:alice',
    'Shared:alice',
    'sys:root',
    'undefined',
    'NULL',
    'guest',
    '0',
    ' alice',
    'alice\n',
    'älice',
    '',
  ];
  for (const user_id of refused) expect((await world.tryMint(await world.newBrowser(), { user_id })).status, user_id).toBe(400);
  for (const user_id of [1, null, {}, ['alice'], true])
    expect((await world.tryMint(await world.newBrowser(), { user_id })).status).toBe(400);
  const { proofs: _, ...rows } = world.countRows();
  const { proofs: _before, ...rowsBefore } = before;
  expect(rows).toEqual(rowsBefore);
});
