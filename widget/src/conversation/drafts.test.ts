import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../config/clock.ts';
import { openVault } from '../identity/vault.ts';
import { createDrafts, type Kept, type Unsent } from './drafts.ts';

const vault = openVault('acme/drafts', systemClock);
const ALICE = { participant: { level: 'soft', id: 'u_alice' }, instance: { id: 'inst_1', kind: 'soft' } } as const;
const typed = (draft: string): Kept => ({ draft, outbox: [] });
const unsent = (text: string, part: Partial<Unsent> = {}): Unsent => ({
  runId: `run-${text}`,
  id: `msg-${text}`,
  text,
  sessionId: 'sess_1',
  at: Date.now(),
  ...part,
});

afterEach(async () => vault.clear());

it('finds what was typed again, and for nobody else', async () => {
  await createDrafts(vault, ALICE).save({ draft: 'Half a thought', outbox: [unsent('waits')] });
  expect(await createDrafts(vault, ALICE).load('sess_1')).toMatchObject({ draft: 'Half a thought', outbox: [{ text: 'waits' }] });
  for (const other of [
    { ...ALICE, participant: { level: 'soft', id: 'u_bob' } } as const,
    { ...ALICE, participant: { level: 'verified', id: 'u_alice' } } as const,
    { ...ALICE, instance: { id: 'inst_2', kind: 'shared' } } as const,
  ])
    expect(await createDrafts(vault, other).load('sess_1')).toEqual(typed(''));
});

it('writes at once and in order, and forgets when the identity is over', async () => {
  const drafts = createDrafts(vault, ALICE);
  void drafts.save(typed('Goi'));
  await drafts.save(typed('Going'));
  expect((await drafts.load(null)).draft).toBe('Going');
  void drafts.save({ draft: 'Gone', outbox: [unsent('gone')] });
  drafts.discard();
  expect(await drafts.load('sess_1')).toEqual(typed(''));
});

it('keeps a message for its own session alone, for a day, and not what the page put there instead', async () => {
  const drafts = createDrafts(vault, ALICE);
  const day = 24 * 3_600_000;
  await drafts.save({
    draft: '',
    outbox: [
      unsent('here'),
      unsent('there', { sessionId: 'sess_2' }),
      unsent('new', { sessionId: null }),
      unsent('old', { at: Date.now() - day }),
    ],
  });
  const found = async (sessionId: string | null) => (await createDrafts(vault, ALICE).load(sessionId)).outbox.map(({ text }) => text);
  expect(await found('sess_1')).toEqual(['here', 'new']);
  expect(await found('sess_2')).toEqual(['there', 'new']);
  expect(await found(null)).toEqual(['new']);
  const key = `draft:${JSON.stringify(['soft', 'u_alice', 'inst_1'])}`;
  await vault.update(key, () => ({ draft: 7, outbox: [{ id: {}, text: 'x' }] }));
  expect(await found('sess_1')).toEqual([]);
});

it('leaves alone what another tab has in the outbox, and twenty at most', async () => {
  const [one, two] = [createDrafts(vault, ALICE), createDrafts(vault, ALICE)];
  await one.save({ draft: 'a', outbox: [unsent('one')] });
  await two.save({ draft: 'b', outbox: [unsent('two')] });
  await one.save({ draft: 'c', outbox: [] });
  expect(await createDrafts(vault, ALICE).load('sess_1')).toMatchObject({ draft: 'c', outbox: [{ text: 'two' }] });
  await one.save({ draft: '', outbox: Array.from({ length: 25 }, (_, at) => unsent(`${at}`)) });
  expect((await createDrafts(vault, ALICE).load('sess_1')).outbox.map(({ text }) => text)).toEqual(
    Array.from({ length: 20 }, (_, at) => `${at + 5}`),
  );
});

it('does without where nothing can be stored', async () => {
  const broken = async (): Promise<never> => Promise.reject(new Error('blocked'));
  const drafts = createDrafts({ get: broken, update: broken, remove: broken, clear: broken, close: () => undefined }, ALICE);
  await drafts.save(typed('text'));
  drafts.discard();
  expect(await drafts.load(null)).toEqual(typed(''));
});
