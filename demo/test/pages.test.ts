import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadArticles, parseArticle } from '../server/articles.ts';
import { html } from '../server/html.ts';
import { fileURLToPath } from 'node:url';
import { BACKEND, openTestShop, type RunningShop } from './shop.ts';

let shop: RunningShop;
beforeAll(async () => {
  shop = await openTestShop();
});
afterAll(() => shop.close());

/** Built by `npm run build`; their names are the contract, their presence is the end-to-end tests'. */
const BUILT = ['/familiar/familiar.js', '/planner/assets/planner.js'];

test('every link, script, style and picture on every page leads somewhere', async () => {
  const cookie = await shop.signIn('alice', 'fern-and-moss');
  const found = new Set(['/', '/account', '/kiosk', '/returns-desk', '/planner']);
  for (const path of found) {
    if (BUILT.includes(path)) continue;
    const answer = await shop.ask(path, { headers: { Cookie: cookie } });
    expect(answer.status, path).toBe(200);
    const text = await answer.text();
    for (const [, address = ''] of text.matchAll(/(?:href|src|action)="(\/[^"#?]*)/g)) {
      if (address !== '/logout') found.add(address);
    }
  }
  expect(found.size).toBeGreaterThan(30);
});

test('every page forbids inline code and other origins, but for the backend', async () => {
  for (const path of ['/', '/login', '/planner', '/nothing-here']) {
    const answer = await shop.ask(path);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ${BACKEND};`);
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain('unsafe');
    expect(await answer.text()).not.toMatch(/<script>|<style|\sstyle=|\son\w+=/);
  }
});

test('a page that is not there is a 404 that leads back', async () => {
  const answer = await shop.ask('/plants/%3Cscript%3E');
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('href="/plants"');
  expect((await shop.ask('/%E0%A4%A')).status).toBe(404);
});

test('what a visitor typed is shown as text', async () => {
  const text = await (await shop.ask(`/returns-desk?card=${encodeURIComponent('"><script>alert(1)</script>')}`)).text();
  expect(text).not.toContain('<script>alert');
  expect(text).toContain('&lt;script&gt;');
});

test('a template escapes what is put into it, once', () => {
  expect(html`<b title="${'"&\''}">${'<i>'}${html`<u>${1}</u>`}${[null, false, 'a&b']}</b>`.markup).toBe(
    '<b title="&quot;&amp;&#39;">&lt;i&gt;<u>1</u>a&amp;b</b>',
  );
});

test('the tag says who is talking: nobody, a card, or the kiosk', async () => {
  const tagOn = async (path: string) => /<script\s[^>]*familiar\.js[^>]*>/.exec(await (await shop.ask(path)).text())?.[0] ?? 'none';
  expect(await tagOn('/')).toContain('data-agent="fernwell/guide"');
  expect(await tagOn('/')).toContain('data-embed-key="pk_&quot;quoted&quot;"');
  expect(await tagOn('/')).not.toContain('data-user-id');
  expect(await tagOn('/returns-desk?card=fw-aaaa-bbbb-cccc')).toContain('data-user-id="FW-AAAA-BBBB-CCCC"');
  expect(await tagOn('/returns-desk?card=everybody')).toBe('none');
  expect(await tagOn('/kiosk')).toContain('data-user-id="ephemeral"');
});

test('no path leads out of the folders', async () => {
  for (const path of [
    '/assets/..%2fserver/main.ts',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/familiar/.hidden.js',
    '/assets/shop.css%00.js',
  ]) {
    expect((await shop.ask(path)).status, path).toBe(404);
  }
});

test('an unchanged file is not sent twice', async () => {
  const first = await shop.ask('/assets/shop.css');
  expect(first.headers.get('content-type')).toBe('text/css; charset=utf-8');
  const again = await shop.ask('/assets/shop.css', { headers: { 'If-None-Match': first.headers.get('etag') ?? '' } });
  expect(again.status).toBe(304);
});

test('all pages of the folder load, and every plant says whether pets may chew it', () => {
  const articles = [...loadArticles(fileURLToPath(new URL('../pages', import.meta.url))).values()];
  expect(articles.length).toBeGreaterThanOrEqual(12);
  for (const { url, facts, body } of articles) {
    expect(url).toMatch(/^\/(?:plants\/|care\/|help\/|about$)/);
    if (url.startsWith('/plants/')) expect(Object.keys(facts)).toEqual(expect.arrayContaining(['price', 'light', 'pets', 'art', 'latin']));
    if (url.startsWith('/plants/')) expect(body.markup).toContain('Safe for cats and dogs');
  }
});

test('a page without an address names the file that lacks it', () => {
  expect(() => parseArticle('---\ntitle: Lost\n---\nText', 'lost.md')).toThrow('lost.md needs a title and a url');
});

test('a table whose columns have no names has the names of its rows in the first one', () => {
  const parse = (table: string): string => parseArticle(`---\ntitle: a\nurl: /a\n---\n${table}`, 'a.md').body.markup;
  const named = parse('| | |\n| --- | --- |\n| Price | £34 |');
  expect(named).toContain('<th scope="row">Price</th>');
  expect(named).not.toContain('<thead>');
  expect(parse('| To | Price |\n| --- | --- |\n| Wales | £5 |')).toContain('<td>Wales</td>');
});
