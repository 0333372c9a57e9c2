import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../config/clock.ts';
import { openVault } from '../identity/vault.ts';
import { createManualClock } from '../test/manual-clock.ts';
import { createDrafts } from './drafts.ts';

const vault = openVault('acme/drafts', systemClock);
const ALICE = { level: 'soft', id: 'u_alice' } as const;

afterEach(async () => vault.clear());

it('finds what was typed again, and for nobody else', async () => {
  const clock = createManualClock();
  createDrafts(vault, ALICE, clock).save('Half a thought');
  clock.advance(300);
  expect(await createDrafts(vault, ALICE, clock).load()).toBe('Half a thought');
  for (const other of [{ ...ALICE, id: 'u_bob' }, { ...ALICE, level: 'verified' } as const])
    expect(await createDrafts(vault, other, clock).load()).toBe('');
});

it('writes at once when the page goes, and forgets when the identity is over', async () => {
  const clock = createManualClock();
  const drafts = createDrafts(vault, ALICE, clock);
  drafts.save('Going');
  drafts.flush();
  expect(await drafts.load()).toBe('Going');
  drafts.save('Gone');
  drafts.discard();
  clock.advance(1_000);
  expect(await drafts.load()).toBe('');
});

it('does without where nothing can be stored', async () => {
  const clock = createManualClock();
  const broken = async (): Promise<never> => Promise.reject(new Error('blocked'));
  const drafts = createDrafts({ get: broken, update: broken, remove: broken, clear: broken }, ALICE, clock);
  drafts.save('text');
  drafts.flush();
  expect(await drafts.load()).toBe('');
});
