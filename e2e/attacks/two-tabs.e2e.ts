import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { Chat } from '../chat.ts';
import { type Demo, expect, test } from '../demo.ts';
import { PASSWORDS, signIn } from '../shop.ts';
import { film, framesOf, goneAt, seenAt } from './film.ts';
import { command, type HeardChange, hearChanges } from './identity-events.ts';
import { type Exchange, readStorage, record } from './recording.ts';

/** Alice is in two tabs of one browser. Whatever happens in the one happens in the other, before anybody else is shown there. */
interface TwoTabs {
  readonly tabs: readonly [Chat, Chat];
  /** What alice said: on the screen of both tabs. */
  readonly secret: string;
  /** What she has begun to write in both. */
  readonly draft: string;
  readonly heard: readonly HeardChange[];
  readonly sent: readonly Exchange[];
}

const ALICE = 'member-5f2c81';
/** What the panel says to whoever is nobody. */
const NOBODY = 'Only you can see this chat';
const LONGEST_TOKEN_S = 900;

async function aliceInTwoTabs(demo: Demo, page: Page): Promise<TwoTabs> {
  const heard = await hearChanges(page.context());
  const recording = record(page);
  const secret = `Quill${randomUUID().slice(0, 8)}`;
  const draft = `Begun${randomUUID().slice(0, 8)}`;
  await signIn(page, demo, 'alice');
  const first = new Chat(page);
  await first.ask(`My sister is called ${secret}`);
  const other = await page.context().newPage();
  await other.goto(page.url());
  const second = new Chat(other);
  await second.open();
  await expect(second.said.getByText(secret)).toBeVisible();
  for (const chat of [first, second]) {
    await chat.composer.fill(draft);
    await film(chat.page);
  }
  await expect.poll(async () => readStorage(page)).toContain(draft);
  const sent = (await recording.settle()).filter(({ headers }) => headers['authorization'] !== undefined);
  return { tabs: [first, second], secret, draft, heard, sent };
}

/** Nothing that alice said or wrote is on the screen or in storage, and it does not come back. */
async function expectWiped({ tabs, secret, draft }: TwoTabs): Promise<void> {
  for (const { page, panel } of tabs) {
    await expect(panel).not.toContainText(secret);
    for (const words of [secret, draft]) {
      await expect.poll(async () => goneAt(await framesOf(page), words)).toBeLessThan(Infinity);
      await expect.poll(async () => readStorage(page)).not.toContain(words);
    }
    expect(await readStorage(page)).not.toContain(ALICE);
  }
}

/** The changes of identity that one page was told of. */
function changesIn({ heard }: TwoTabs, tab: Page): readonly object[] {
  return heard.filter(({ page }) => page === tab).map(({ reason, previous, current }) => ({ reason, previous, current }));
}

async function epochIn(page: Page): Promise<string | undefined> {
  return /"epoch":"([^"]+)"/.exec(await readStorage(page))?.[1];
}

test('signing out in one tab empties the other before anybody else is shown, and both pages hear of it', async ({ demo, visitor }) => {
  const scene = await aliceInTwoTabs(demo, await visitor());
  const [first, second] = scene.tabs;
  await first.page.locator('#sign-out button').click();
  await expect(first.page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  await expect(second.panel).toContainText(NOBODY);
  const frames = await framesOf(second.page);
  for (const words of [scene.secret, scene.draft]) expect(goneAt(frames, words)).toBeLessThanOrEqual(seenAt(frames, NOBODY));
  const change = { reason: 'logout', previous: 'verified', current: 'anonymous' };
  for (const { page } of scene.tabs) expect(changesIn(scene, page)).toEqual([change]);
  expect(await readStorage(second.page)).not.toContain(ALICE);
});

test('bob, named in one tab, is shown there after alice has left the screen of the other', async ({ demo, visitor }) => {
  const scene = await aliceInTwoTabs(demo, await visitor());
  const [first, second] = scene.tabs;
  const { request } = first.page.context();
  const headers = { Origin: demo.site };
  await request.post(`${demo.site}/login`, { headers, form: { username: 'bob', password: PASSWORDS['bob'] ?? '' } });
  const answer = await request.post(`${demo.site}/familiar/token`, { headers });
  const { identity_token: identityToken } = (await answer.json()) as { identity_token: string };
  await command(first.page, 'identify', { identityToken });
  await expect(first.panel).toContainText('Signed in as Bob');
  const bobIsSeenAt = seenAt(await framesOf(first.page), 'Signed in as Bob');
  await expectWiped(scene);
  for (const { page } of scene.tabs) {
    const frames = await framesOf(page);
    for (const words of [scene.secret, scene.draft]) expect(goneAt(frames, words)).toBeLessThanOrEqual(bobIsSeenAt);
  }
  for (const { page } of scene.tabs) expect(changesIn(scene, page)).toMatchObject([{ reason: 'identify', previous: 'verified' }]);
  await expect(second.panel).not.toContainText('Bob');
});

test('signing out without a network wipes both tabs; what comes back with the network is nobody', async ({ demo, visitor }) => {
  const scene = await aliceInTwoTabs(demo, await visitor());
  const [first] = scene.tabs;
  const { page } = first;
  const before = await epochIn(page);
  await page.context().setOffline(true);
  await command(page, 'logout');
  await expectWiped(scene);
  for (const { composer } of scene.tabs) await expect(composer).toHaveValue('');
  await expect.poll(async () => epochIn(page)).not.toBe(before);
  await page.context().setOffline(false);
  for (const tab of scene.tabs) {
    // Whoever closes the chat and opens it again need not wait.
    await tab.panel.getByRole('button', { name: 'Close chat' }).click();
    await tab.open();
    await expect(tab.panel).toContainText(NOBODY);
    await expect(tab.said).toHaveCount(0);
  }
  await expectWiped(scene);
  await expectDeadSoon(demo, scene.sent);
});

/** Nobody could tell the server: the token of then opens nothing, or at most until it expires by itself. */
async function expectDeadSoon(demo: Demo, sent: readonly Exchange[]): Promise<void> {
  const authorization = sent.at(-1)?.headers['authorization'] ?? '';
  const { status } = await fetch(`${demo.backend}/v1/sessions`, { headers: { Origin: demo.site, authorization } });
  const [, claims = ''] = authorization.split('.');
  const { exp = Infinity } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp?: number };
  expect([200, 401]).toContain(status);
  expect(exp).toBeLessThanOrEqual(Date.now() / 1000 + LONGEST_TOKEN_S);
}
