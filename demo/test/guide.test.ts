import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { offlineAgent, type Turn } from '@familiar/agent-backend';
import { afterAll, beforeAll, expect, test } from 'vitest';

let pagesDir = '';
beforeAll(async () => {
  pagesDir = await mkdtemp(join(tmpdir(), 'fernwell-pages-'));
  await cp(fileURLToPath(new URL('../pages', import.meta.url)), pagesDir, { recursive: true });
});
afterAll(() => rm(pagesDir, { recursive: true, force: true }));

/** What the guide says to a visitor whom it does not know. */
async function ask(text: string): Promise<string> {
  const memory: Turn['memory'] = {
    list: async () => [],
    recall: async () => [],
    remember: async (fact) => fact,
    forget: async () => false,
  };
  const turn: Turn = {
    history: [{ role: 'user', text }],
    participant: { level: 'anonymous', id: 'anon_x' },
    agent: 'fernwell/guide',
    instance: 'inst_a',
    session: 'sess_a',
    memory,
    clock: Date.now,
    signal: new AbortController().signal,
  };
  let answer = '';
  const guide = offlineAgent({ pagesDir, siteName: 'Fernwell', pace: async () => undefined });
  for await (const event of guide.run(turn)) if (event.kind === 'text') answer += event.delta;
  return answer;
}

test.each([
  ["What's your email?", 'help@fernwell.example', '/help/contact'],
  ['What is your phone number?', '01632 960 417', '/help/contact'],
  ['Where are you?', '4 Orchard Lane', '/help/contact'],
  ['When are you open?', '10:00–17:00', '/help/contact'],
  ['Who runs the shop?', 'June, Tomasz and Ines', '/about'],
  ['How old is the company?', '2011', '/about'],
  ['How much is the monstera?', '£34', '/plants/monstera'],
  ['Which plant is safe for my cat?', 'Spider plant | safe', '/care/pets'],
  ['How often should I water a ZZ plant?', 'ZZ plant | every 3–4 weeks', '/care/watering'],
])('“%s” is answered from the shop’s pages', async (question, words, address) => {
  const answer = await ask(question);
  expect(answer).toContain(words);
  expect(answer).toContain(`(${address})`);
});

test.each(['Which plant would you recommend?', 'Recommend me a plant'])('“%s”: no page says, and nor does the guide', async (question) => {
  expect(await ask(question)).toContain('do not say which to choose');
});

test.each(['Do you have parking for coaches?', 'Who is the president of France?', 'Do you sell lawnmowers?'])(
  '“%s” is not on the pages, until a page about it is dropped in',
  async (question) => {
    expect(await ask(question)).toContain('I found nothing about that');
    const dropped = join(pagesDir, '50-dropped.md');
    await writeFile(
      dropped,
      `---\ntitle: Dropped\nurl: /dropped\n---\nCoaches, lawnmowers, France: the president of the parking club knows.\n`,
    );
    expect(await ask(question)).toContain('(/dropped)');
    await rm(dropped);
  },
);
