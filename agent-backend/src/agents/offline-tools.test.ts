import { expect, test } from 'vitest';
import { z } from 'zod';
import { collect, textOf, turnOf } from '../../test/agent-fixtures.ts';
import { useOfflinePages } from '../../test/offline-pages.ts';
import { defineTool } from './agent-tool.ts';
import type { Turn } from './agent.ts';

const { agent } = useOfflinePages();
const SHOWN = 'Alice Marsh, 4 Mill Lane, Frome';
const tools = {
  show_invoice_address: defineTool({
    description: 'Shows the visitor the name and address that their own invoices are sent to.',
    requiresStepUp: { maxAgeSeconds: 300 },
    execute: (_input, { participant }) => (participant.id === 'alice' ? SHOWN : 'none'),
  }),
  close_account: defineTool({
    description: 'Closes the account.',
    inputSchema: z.object({ reason: z.string() }),
    execute: () => 'closed',
  }),
};
const speak = (text: string, rest: Partial<Turn> = {}) => collect(agent({ tools }), turnOf(text, rest));
const alice = { level: 'verified' as const, id: 'alice', proof: { authTimeMs: Date.now() } };
const stale = { ...alice, proof: { authTimeMs: Date.now() - 3_600_000 } };

test.each(['Show my invoice address', 'What is my invoice address, please?', 'Can you tell me the address of my invoices?'])(
  'it is used when the words name it: %s',
  async (text) => {
    const said = textOf(await speak(text, { participant: alice }));
    expect(said).toContain('“show_invoice_address”');
    expect(said).toContain(SHOWN);
  },
);

test.each(['How do I change my invoice address?', 'Change my invoice address', 'Delivery address', 'Close my account', 'Hello'])(
  'it is left alone by: %s',
  async (text) => {
    expect((await speak(text, { participant: alice })).map(({ kind, ...event }) => ('name' in event ? event.name : kind))).not.toEqual(
      expect.arrayContaining(['show_invoice_address']),
    );
  },
);

test('it waits for a fresh sign-in, then says what it found, or that the visitor declined', async () => {
  const paused = await speak('Show my invoice address', { participant: stale });
  const last = paused.at(-1);
  if (last?.kind !== 'interrupt') throw new Error('The turn did not pause.');
  const resume = (isApproved: boolean) => ({
    continuation: last.continuation,
    answers: last.waits.map(({ id }) => ({ id, isApproved })),
  });
  const approved = await speak('Show my invoice address', { participant: alice, resume: resume(true) });
  expect(textOf(approved)).toContain(SHOWN);
  const declined = textOf(await speak('Show my invoice address', { participant: stale, resume: resume(false) }));
  expect(declined).toContain('It did not run: you did not confirm');
  expect(declined).not.toContain(SHOWN);
});

test('it tells an anonymous visitor that a sign-in is needed', async () => {
  expect(textOf(await speak('Show my invoice address'))).toContain('It did not run: it is for members who are signed in.');
});
