import { chromium } from '@playwright/test';
import { afterAll, expect, test, vi } from 'vitest';
import { chromiumArguments, findChromium } from '../../../scripts/chromium.mjs';
import { play } from '../test/play.ts';
import { TAG } from '../test/site.ts';

const executablePath = findChromium();
const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: chromiumArguments() });
// Real browsers, on machines that are busy.
vi.setConfig({ testTimeout: 60_000 });
afterAll(async () => browser.close());

const ONE = 'the page has one widget, of one agent';
const QUIET = 'before the chat is opened, the widget calls no backend and keeps nothing';
const SECRETS = 'no token stands in an address, in storage or in the page';

test('a page without the widget is told to load it', async () => {
  expect(await play(ONE, { head: '' }, browser)).toMatch(/no launcher and no panel.*Mend: load familiar.js/);
});

test('a page with two agents is told to keep one tag', async () => {
  const head = TAG + TAG.replace('acme/guide', 'acme/other');
  expect(await play(ONE, { head }, browser)).toMatch(/2 script tags for 2 agents.*Mend: keep the tag of one agent/);
});

test('a page with the same tag twice is told to keep one', async () => {
  expect(await play(ONE, { head: TAG + TAG }, browser)).toMatch(/script tag 2 times.*Mend: keep one/);
});

test('a page with one widget passes', async () => {
  expect(await play(ONE, {}, browser)).toBe('ok');
  expect(await play(QUIET, {}, browser)).toBe('ok');
  expect(await play(SECRETS, {}, browser)).toBe('ok');
});

test('a page that calls the backend while it loads is told what not to call', async () => {
  expect(await play(QUIET, { flaw: 'early' }, browser)).toMatch(/called 1 times before.*Mend: call no open/);
});

test('a page whose origin the embed key does not know is told to add it', async () => {
  expect(await play(ONE, { flaw: 'wrong-origin' }, browser)).toMatch(/403 origin_not_allowed.*Mend: add this site's exact origin/);
});

test.each([
  ['stores-token', /A token stands in storage/],
  ['token-in-url', /A token stands in an address/],
])('a token that leaks (%s) is found', async (flaw, words) => {
  expect(await play(SECRETS, { flaw }, browser)).toMatch(words);
});

test('a policy that stops the chat is named', async () => {
  const policy = "default-src 'none'; script-src 'self'";
  expect(await play('chatting breaks no rule of the content security policy', { policy }, browser)).toMatch(
    /policy stopped the chat: connect-src.*Mend: allow/,
  );
});

test('one id for all browsers is found', async () => {
  const name = 'another browser is another visitor, and sees nothing of the first';
  expect(await play(name, { flaw: 'one-for-all' }, browser)).toMatch(/Two browsers are the same participant.*Mend: leave data-user-id out/);
});

test('a widget that does not say that storage is blocked is found', async () => {
  expect(await play('a browser that blocks storage can chat', {}, browser)).toMatch(/was not told that storage is blocked.*Mend: /);
});
