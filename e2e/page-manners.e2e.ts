import type { Page } from '@playwright/test';
import { Chat } from './chat.ts';
import { expect, test } from './demo.ts';
import { signIn } from './shop.ts';

const PAGES = ['/', '/returns-desk', '/kiosk', '/planner'];

/** What the page's policy refused, and what the page's scripts threw. */
function watch(page: Page): string[] {
  const found: string[] = [];
  page.on('pageerror', (error) => found.push(`threw: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(`console: ${message.text()}`);
  });
  return found;
}

for (const path of PAGES) {
  test(`${path} answers a question under the shop's strict policy, with no complaint`, async ({ demo, visitor }) => {
    const page = await visitor();
    const complaints = watch(page);
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.goto(`${demo.site}${path}`);
    expect(await new Chat(page).ask('How long may I return a plant?')).toMatch(/return/i);
    expect(complaints).toEqual([]);
    expect([...hosts].sort()).toEqual([demo.site, demo.backend].sort());
  });
}

test('before the panel is opened there is no call to the backend and nothing in storage', async ({ demo, visitor }) => {
  const page = await visitor();
  const calls: string[] = [];
  page.on('request', (request) => calls.push(request.url()));
  await page.goto(demo.site);
  await expect(page.locator('[part~="launcher"]')).toBeVisible();
  expect(calls.filter((url) => url.startsWith(demo.backend))).toEqual([]);
  const stored = await page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name),
    local: localStorage.length,
    session: sessionStorage.length,
  }));
  expect(stored).toEqual({ databases: [], local: 0, session: 0 });
});

test('no token stands in a URL, in storage or in the page', async ({ demo, visitor }) => {
  const page = await visitor();
  const urls: string[] = [];
  const tokens: string[] = [];
  page.on('request', (request) => {
    urls.push(request.url());
    const credential = request.headers()['authorization']?.split(' ')[1];
    if (credential !== undefined) tokens.push(credential);
  });
  page.on('response', async (response) => {
    if (!response.url().endsWith('/familiar/token')) return;
    tokens.push(((await response.json()) as { identity_token: string }).identity_token);
  });
  await signIn(page, demo, 'alice');
  await new Chat(page).ask('Which plants are safe for cats?');
  expect(tokens.length).toBeGreaterThan(1);
  const places = [
    ...urls,
    await page.evaluate(() =>
      JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.documentElement.outerHTML]),
    ),
    await readDatabases(page),
  ];
  for (const token of new Set(tokens)) for (const place of places) expect(place.includes(token)).toBe(false);
  expect(demo.output()).not.toContain(tokens[0]);
});

test('a new conversation starts empty, and the agent still knows its visitor', async ({ demo, visitor }) => {
  const page = await visitor();
  await page.goto(demo.site);
  const chat = new Chat(page);
  await chat.ask('My name is Tove');
  await chat.panel.getByRole('button', { name: /new conversation/i }).click();
  await expect(chat.said).toHaveCount(0);
  expect(await chat.ask('What is my name?')).toContain('Tove');
});

test('the panel survives route changes of a single-page app', async ({ demo, visitor }) => {
  const page = await visitor();
  await page.goto(`${demo.site}/planner`);
  const chat = new Chat(page);
  await chat.ask('My name is Ines');
  await chat.panel.getByRole('button', { name: /close/i }).click();
  await page.getByRole('navigation').getByRole('link').last().click();
  await chat.open();
  await expect(chat.said.first()).toContainText('Ines');
});

test('two script tags that run before there is a body make one launcher, after it came', async ({ demo, visitor }) => {
  const page = await visitor();
  const complaints = watch(page);
  await page.context().grantPermissions(['local-network-access']);
  await page.route(`${demo.site}/login`, async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    const [tag = ''] = /<script\s+async[^>]*><\/script>/.exec(text) ?? [];
    const blocking = tag.replace('async', '');
    await route.fulfill({ response, body: text.replace(tag, '').replace('<head>', `<head>${blocking}${blocking}`) });
  });
  await page.goto(`${demo.site}/login`);
  expect(await page.locator('head script[data-agent]').count()).toBe(2);
  const chat = new Chat(page);
  expect(await chat.ask('How long may I return a plant?')).toMatch(/return/i);
  await expect(chat.launcher).toHaveCount(1);
  await expect(chat.panel).toHaveCount(1);
  expect(complaints).toEqual([]);
});

test('a chat that the page opens before there is a body opens once it came', async ({ demo, visitor }) => {
  const page = await visitor();
  const complaints = watch(page);
  await page.context().grantPermissions(['local-network-access']);
  let complete = (): void => undefined;
  const held = new Promise<void>((resolve) => (complete = resolve));
  // The page comes whole only once the panel's code is here: a script in its head waits.
  await page.route('**/late.js', async (route) => {
    await held;
    await route.fulfill({ contentType: 'text/javascript', body: '' });
  });
  await page.route(`${demo.site}/login`, async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    const [tag = ''] = /<script\s+async[^>]*><\/script>/.exec(text) ?? [];
    const blocking = `${tag.replace('async', '')}<script src="/late.js"></script>`;
    await route.fulfill({ response, body: text.replace(tag, '').replace('<head>', `<head>${blocking}`) });
  });
  await page.addInitScript(() => {
    (window as unknown as { familiar?: unknown }).familiar = Object.assign(() => undefined, { q: [['open']] });
  });
  const loading = page.goto(`${demo.site}/login`);
  await (await page.waitForResponse(/panel-/)).finished();
  complete();
  await loading;
  const chat = new Chat(page);
  await expect(chat.panel).toBeVisible();
  await expect(chat.launcher).toHaveCount(1);
  expect(complaints).toEqual([]);
});

for (const [member, value] of [
  ['mode', 'inline'],
  ['textsOpen', 'Polluted'],
  ['q', [['open']]],
] as const) {
  test(`what stands on Object.prototype as "${member}" is no setting of the launcher`, async ({ demo, visitor }) => {
    const page = await visitor();
    const panels: string[] = [];
    page.on('request', (request) => /panel-/.test(request.url()) && panels.push(request.url()));
    await page.addInitScript(
      ([key, given]) => {
        Reflect.set(Object.prototype, key as string, given);
      },
      [member, value],
    );
    await page.goto(demo.site);
    await expect(new Chat(page).launcher).toHaveAccessibleName('Open chat');
    await page.waitForLoadState('networkidle');
    expect(panels).toEqual([]);
  });
}

async function readDatabases(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const texts: string[] = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name ?? '');
        request.addEventListener('success', () => resolve(request.result));
        request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB')));
      });
      for (const store of database.objectStoreNames) {
        const rows = await new Promise<unknown[]>((resolve) => {
          const request = database.transaction(store).objectStore(store).getAll();
          request.addEventListener('success', () => resolve(request.result));
        });
        texts.push(JSON.stringify(rows));
      }
      database.close();
    }
    return texts.join('\n');
  });
}
