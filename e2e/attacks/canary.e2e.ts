import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chat } from '../chat.ts';
import { expect, test } from '../demo.ts';
import { signIn } from '../shop.ts';
import { readStorage, record } from './recording.ts';

/** Words with a mark in them, said at every level, and then looked for where they may not be. */
test('what is said at any level is in no log, no other file, no address, no attribute and no storage', async ({ demo, visitor }) => {
  const marks = ['anonymous', 'soft', 'verified', 'kiosk'].map((level) => [level, `Kestrel${randomUUID().slice(0, 8)}`] as const);
  const paths: Record<string, string> = { anonymous: '/', soft: '/returns-desk?card=FW-AAAA-BBBB-CCCC', kiosk: '/kiosk' };
  for (const [level, mark] of marks) {
    const page = await visitor();
    const recording = record(page);
    if (level === 'verified') await signIn(page, demo, 'alice');
    else await page.goto(`${demo.site}${paths[level] ?? '/'}`);
    const chat = new Chat(page);
    await chat.open();
    await chat.send(`My cat is called ${mark}`);
    await expect(chat.panel.getByText(mark).first()).toBeVisible();
    await expect(chat.answers.last()).toContainText(/\w+ \w+/);
    const exchanges = await recording.settle();
    for (const { url } of exchanges) expect(url).not.toMatch(new RegExp(`${mark}|ey[A-Za-z0-9_-]{10,}\\.`));
    expect(await readStorage(page), level).not.toContain(mark);
    const attributes = await chat.panel.evaluate((panel) =>
      [panel, ...panel.querySelectorAll('*')].flatMap((element) => [...element.attributes].map(({ value }) => value)).join('\n'),
    );
    expect(attributes, level).not.toContain(mark);
    const credentials = exchanges.map(({ headers }) => headers['authorization']?.split(' ')[1] ?? '').filter((token) => token !== '');
    for (const found of [mark, ...credentials, 'fern-and-moss\n', 'member-5f2c81']) expect(demo.output()).not.toContain(found);
    for (const file of readdirSync(demo.dataDir).filter((name) => !name.startsWith('familiar.db'))) {
      const text = readFileSync(join(demo.dataDir, file), 'latin1');
      for (const found of [mark, ...credentials]) expect(text.includes(found), file).toBe(false);
    }
  }
});
