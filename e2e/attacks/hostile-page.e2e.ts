import { Chat } from '../chat.ts';
import { expect, test } from '../demo.ts';
import { record } from './recording.ts';

/** The page around the widget does what pages do: opens in a dozen tabs, and writes into the prototype of everything. */

test('twelve tabs of one browser that start at once are one visitor', async ({ demo, visitor }) => {
  const first = await visitor();
  const others = await Promise.all(Array.from({ length: 11 }, async () => first.context().newPage()));
  const tabs = [first, ...others];
  const recordings = tabs.map((tab) => record(tab));
  await Promise.all(tabs.map(async (tab) => tab.goto(`${demo.site}/care`)));
  await Promise.all(tabs.map(async (tab) => new Chat(tab).open()));
  const exchanges = (await Promise.all(recordings.map(async (one) => one.settle()))).flat();
  const minted = exchanges.filter(({ url, status }) => url.endsWith('/v1/embed/session-tokens') && status === 200);
  const ids = minted.map(({ answer }) => (JSON.parse(answer) as { participant: { id: string } }).participant.id);
  expect(new Set(ids).size).toBe(1);
});

const PLANTED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  baseUrl: { baseUrl: 'https://evil.example' },
  identityToken: { identityToken: 'a.b.c' },
  theme: { theme: { accent: 'url(https://evil.example/x)' } },
  href: { href: 'javascript:document.title="taken"' },
  onload: { onload: 'document.title="taken"' },
  userId: { userId: 'mallory_1' },
  agent: { agent: 'evil/agent' },
  dangerouslySetInnerHTML: { dangerouslySetInnerHTML: { __html: '<b>taken</b>' } },
  'method and whatever else a request has': {
    method: 'DELETE',
    mode: 'no-cors',
    headers: { planted: 'yes' },
    body: 'planted',
    signal: 'planted',
    keepalive: true,
    key: 'planted',
    nonce: 'planted',
    token: 'planted',
  },
  'person and whatever else says who is here': {
    person: 'planted',
    epoch: 'planted',
    pair: 'planted',
    secret: 'planted',
    storage: 'none',
    life: 'planted',
    code: 'planted',
    refused: 'planted',
    instance: 'planted',
    attributes: { planted: 'yes' },
    left: 'planted',
    who: 'planted',
    grant: { token: 'planted' },
    isFresh: true,
  },
  'type and whatever else an event or an element has': {
    type: 'RUN_ERROR',
    data: 'planted',
    delta: 'planted',
    id: 'planted',
    role: 'assistant',
    status: 'planted',
    name: 'planted',
    text: 'planted',
    class: 'planted',
    once: true,
    passive: true,
    capture: true,
  },
};

for (const [name, planted] of Object.entries(PLANTED)) {
  test(`Object.prototype.${name}, set by the page, changes nothing`, async ({ demo, visitor }) => {
    const page = await visitor();
    await page.addInitScript((members) => void Object.assign(Object.prototype, members), planted);
    const recording = record(page);
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.goto(demo.site);
    const title = await page.title();
    const chat = new Chat(page);
    await chat.ask('My name is Pia');
    expect(await chat.ask('What is my name?')).toContain('Pia');
    expect(await chat.ask('How long may I return a plant?')).toMatch(/return/i);
    expect([...hosts].sort()).toEqual([demo.site, demo.backend].sort());
    expect(await page.title()).toBe(title);
    const mint = (await recording.settle()).find(({ url, method }) => url.endsWith('/v1/embed/session-tokens') && method === 'POST');
    expect(Object.keys(JSON.parse(mint?.sent ?? '{}') as object)).toEqual(['embed_key']);
    expect(JSON.parse(mint?.answer ?? '{}')).toMatchObject({ level: 'anonymous' });
    await expect(chat.panel.locator('[href^="javascript"], [onload], [baseurl], [userid], [identitytoken], [agent]')).toHaveCount(0);
  });
}
