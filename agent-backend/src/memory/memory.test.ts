import type { Participant } from '@familiar/protocol';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeStores } from '../../test/describe-stores.ts';
import type { Scope } from '../identity/principal.ts';
import { createSession, eraseInstance } from '../sessions/index.ts';
import { createInstanceMemory, forgetFact, listFacts, MOST_FACTS } from './index.ts';

const ADA: Participant = { level: 'soft', id: 'ada' };
const NOW = Date.UTC(2030, 0, 1);
let scopes = 0;

describeStores('memory', (store) => {
  const makeInstance = async (scope: Scope = { agent: 'acme/shop', instance: `inst_${++scopes}` }) => {
    await store.transaction((tx) => createSession(tx, scope, { id: 's', kind: 'soft', metadata: {}, now: NOW }));
    return scope;
  };
  const open = (scope: Scope) => createInstanceMemory(store, scope, { session: 's', message: 'm', participant: ADA, now: NOW });
  const texts = async (scope: Scope) => (await listFacts(store, scope)).map(({ text }) => text);

  test('a fact is listed with its source, newest first', async () => {
    const scope = await makeInstance();
    const memory = open(scope);
    const first = await memory.remember('The name is Ada.');
    const second = await memory.remember('Prefers tea.');
    expect(await memory.list()).toEqual([
      { id: second, text: 'Prefers tea.' },
      { id: first, text: 'The name is Ada.' },
    ]);
    expect((await listFacts(store, scope))[1]).toEqual({
      id: first,
      text: 'The name is Ada.',
      source_session: 's',
      source_message: 'm',
      participant: ADA,
      created_at: '2030-01-01T00:00:00.000Z',
    });
  });

  test('the same text again changes nothing, also when many say it at once', async () => {
    const scope = await makeInstance();
    const ids = await Promise.all(Array.from({ length: 8 }, () => open(scope).remember(' Prefers tea. ')));
    const before = await listFacts(store, scope);
    expect(await open(scope).remember('Prefers tea.')).toBe(ids[0]);
    expect(new Set(ids).size).toBe(1);
    expect(await listFacts(store, scope)).toEqual(before);
    expect(before).toHaveLength(1);
  });

  test('refuses no text and more than 1,000 characters, without repeating them', async () => {
    const memory = open(await makeInstance());
    await expect(memory.remember('  ')).rejects.toMatchObject({ name: 'MemoryError', code: 'empty' });
    await expect(memory.remember('x'.repeat(1001))).rejects.toMatchObject({
      code: 'too_long',
      message: expect.not.stringContaining('xx') as string,
    });
    await memory.remember('x'.repeat(1000));
    expect(await memory.list()).toHaveLength(1);
  });

  test('the oldest fact makes room when there are more than 200', async () => {
    const scope = await makeInstance();
    const memory = open(scope);
    for (let n = 0; n <= MOST_FACTS; n++) await memory.remember(`fact ${n}`);
    const kept = await texts(scope);
    expect(kept).toHaveLength(MOST_FACTS);
    expect(kept.at(-1)).toBe('fact 1');
    expect(kept[0]).toBe(`fact ${MOST_FACTS}`);
  }, 30_000);

  test('recall gives the nearest facts first, and no others', async () => {
    const memory = open(await makeInstance());
    for (const fact of ['The name is Ada.', 'Prefers green tea.', 'Has a dog called Rex.', '好きな食べ物は寿司です'])
      await memory.remember(fact);
    expect((await memory.recall('Which tea do I prefer?'))[0]).toBe('Prefers green tea.');
    expect((await memory.recall('my dog'))[0]).toBe('Has a dog called Rex.');
    expect((await memory.recall('寿司'))[0]).toBe('好きな食べ物は寿司です');
    expect(await memory.recall('quantum')).toEqual([]);
    expect(await memory.recall('')).toEqual([]);
    expect(await memory.recall('tea name dog', 2)).toHaveLength(2);
  });

  test('a forgotten fact is gone; forgetting it again tells so', async () => {
    const scope = await makeInstance();
    const memory = open(scope);
    const id = await memory.remember('Prefers tea.');
    expect(await memory.forget(id)).toBe(true);
    expect(await memory.forget(id)).toBe(false);
    expect(await memory.list()).toEqual([]);
  });

  test('an erased instance is not brought back by a run that still remembers', async () => {
    const scope = await makeInstance();
    const memory = open(scope);
    await memory.remember('Prefers tea.');
    await store.transaction((tx) => eraseInstance(tx, scope));
    await expect(memory.remember('Has a dog.')).rejects.toMatchObject({ code: 'no_instance' });
    expect(await texts(scope)).toEqual([]);
  });

  test('no fact is seen, forgotten or counted under another agent or another instance', async () => {
    const name = fc.oneof(
      fc.constantFrom('a', 'A', "a'", 'a%', '_', 'a:b', '__proto__'),
      fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 10 }),
    );
    const scope = fc.record({ agent: name, instance: name });
    const fact = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => text.trim() !== '');
    await fc.assert(
      fc.asyncProperty(scope, scope, fact, async (mine, theirs, text) => {
        fc.pre(mine.agent !== theirs.agent || mine.instance !== theirs.instance);
        await makeInstance(mine);
        await makeInstance(theirs);
        const id = await open(mine).remember(text);
        expect(await open(theirs).list()).toEqual([]);
        expect(await open(theirs).recall(text)).toEqual([]);
        expect(await forgetFact(store, theirs, id)).toBe(false);
        expect(await open(theirs).remember(text)).not.toBe(id);
        expect(await texts(mine)).toEqual([text.trim()]);
        for (const one of [mine, theirs]) await store.transaction((tx) => eraseInstance(tx, one));
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
