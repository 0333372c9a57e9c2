import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadPages } from './page-index.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-pages-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const page = (name: string, text: string) => writeFile(join(folder, name), text);

test('a page is split by its headings, and the passage that answers comes first', async () => {
  await page(
    'care.md',
    '---\ntitle: Care\nurl: /help/care\n---\n# Care\n\nHello.\n\n## Water\n\nOnce a week.\n\n### In winter\n\nEvery third week.\n\n## Light\n\nBright.',
  );
  const [passage] = await loadPages(folder).search('How often in winter?', 3);
  expect(passage).toEqual({ page: 'Care', url: '/help/care', headings: ['Water', 'In winter'], text: 'Every third week.' });
});

test('title and address come from heading and file name where there is no front matter', async () => {
  await page('gift-cards.md', '# Cards\n\nValid for two years.');
  await page('opening-hours.md', 'From ten to five.');
  expect(await loadPages(folder).topics()).toEqual([
    { title: 'Cards', url: '/gift-cards' },
    { title: 'Opening hours', url: '/opening-hours' },
  ]);
});

test('a page that is dropped in, changed or removed counts at the next search', async () => {
  const index = loadPages(folder);
  expect(await index.search('unicorn', 3)).toEqual([]);
  await page('new.md', 'A unicorn sleeps here.');
  expect(await index.search('unicorn', 3)).toHaveLength(1);
  await page('new.md', 'A griffin sleeps here now.');
  expect(await index.search('unicorn', 3)).toEqual([]);
  expect(await index.search('griffin', 3)).toHaveLength(1);
  await rm(join(folder, 'new.md'));
  expect(await index.search('griffin', 3)).toEqual([]);
});

test('a folder that is not there has no pages', async () => {
  const index = loadPages(join(folder, 'nowhere'));
  expect(await index.search('anything', 3)).toEqual([]);
  expect(await index.topics()).toEqual([]);
});

test.each(['returns', 'returned', 'Returning it', 'retun', 'RETÜRN'])('“%s” finds the page about returns', async (query) => {
  await page('a.md', '# Returns\n\nYou can return a parcel within 30 days.');
  await page('b.md', '# Watering\n\nOnce a week.');
  expect((await loadPages(folder).search(query, 1))[0]?.page).toBe('Returns');
});

test('raw HTML and script addresses are left out', async () => {
  await page(
    'a.md',
    '---\nurl: javascript:alert(1)\n---\nHello <img src=x onerror=alert(1)> griffin <script>alert(2)</script><!-- secret -->',
  );
  const [passage] = await loadPages(folder).search('griffin', 1);
  expect(passage).toEqual({ page: 'A', url: '/a', headings: [], text: 'Hello  griffin' });
});

test('a heading mark inside a code block is not a heading', async () => {
  await page('a.md', '# Setup\n\n```sh\n# install griffin\nnpm i\n```');
  expect((await loadPages(folder).search('griffin', 1))[0]).toMatchObject({ headings: [], text: expect.stringContaining('npm i') });
});

const ADJECTIVES = ['crimson', 'hollow', 'brisk', 'marbled', 'patient', 'velvet', 'northern', 'salted'];
const NOUNS = ['lantern', 'harbour', 'thimble', 'orchard', 'gazette', 'cellar', 'compass', 'walnut'];
const VERBS = ['guards', 'repairs', 'borrows', 'weighs', 'paints', 'follows', 'collects', 'mends'];

test('any sentence planted in a new page is found by its key words, among many others', async () => {
  const index = loadPages(folder);
  const sentences = ADJECTIVES.flatMap((adjective, a) =>
    NOUNS.map((noun, n) => {
      const [verb, other] = [VERBS[(a * 3 + n) % 8] ?? '', NOUNS[(n + a + 1) % 8] ?? ''];
      return { words: [adjective, noun, verb], text: `The ${adjective} ${noun} ${verb} every ${other} by the door.` };
    }),
  );
  for (const [at, { words, text }] of sentences.entries()) {
    await page(`p${at}.md`, `# Page ${at}\n\nSome words before.\n\n## Part\n\n${text} More words after it.`);
    const found = await index.search(`What about the ${words.join(' ')}?`, 1);
    expect(found[0]?.text).toContain(text);
  }
});
