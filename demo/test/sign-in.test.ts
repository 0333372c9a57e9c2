import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { AGENT, openTestShop, type RunningShop } from './shop.ts';

let shop: RunningShop;
let now = 0;
beforeAll(async () => {
  shop = await openTestShop(() => now);
});
afterAll(() => shop.close());

const form = (username: string, password: string) => ({ method: 'POST', body: new URLSearchParams({ username, password }) });

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

test('the right password opens the account, with a cookie that no script can read', async () => {
  const answer = await shop.ask('/login', form('alice', 'fern-and-moss'));
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('/account');
  expect(answer.headers.get('set-cookie')).toMatch(/^fernwell_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=86400$/);
});

test('a wrong password and an unknown name get the same answer and no cookie', async () => {
  const wrong = await shop.ask('/login', form('alice', 'fern-and-mos'));
  const unknown = await shop.ask('/login', form('mallory', 'fern-and-moss'));
  expect([wrong.status, unknown.status]).toEqual([401, 401]);
  expect(wrong.headers.get('set-cookie')).toBeNull();
  expect(await wrong.text()).toBe(await unknown.text());
});

test('after five wrong passwords even the right one waits a minute', async () => {
  now += 3_600_000;
  await Promise.all(Array.from({ length: 5 }, () => shop.ask('/login', form('alice', 'guess'))));
  const locked = await shop.ask('/login', form('alice', 'fern-and-moss'));
  expect(locked.status).toBe(429);
  expect(locked.headers.get('retry-after')).toBe('60');
  now += 60_001;
  expect((await shop.ask('/login', form('alice', 'fern-and-moss'))).status).toBe(303);
});

test('a form from another site signs nobody in, whatever it says', async () => {
  const foreign = { ...form('alice', 'fern-and-moss'), headers: { Origin: 'https://evil.example' } };
  const answer = await shop.ask('/login', foreign);
  expect(answer.status).toBe(403);
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect((await fetch(`${shop.origin}/login`, form('alice', 'fern-and-moss'))).status).toBe(403);
});

test('a sign-in form that is too long is refused unread', async () => {
  expect((await shop.ask('/login', form('alice', 'x'.repeat(10_000)))).status).toBe(413);
});

test('the account page sends strangers to the door', async () => {
  const answer = await shop.ask('/account', { headers: { Cookie: 'fernwell_session=made-up' } });
  expect(answer.headers.get('location')).toBe('/login');
});

test('signing out ends the session on the server', async () => {
  const cookie = await shop.signIn('alice', 'fern-and-moss');
  expect((await shop.ask('/account', { headers: { Cookie: cookie } })).status).toBe(200);
  const out = await shop.ask('/logout', { method: 'POST', headers: { Cookie: cookie } });
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
  expect((await shop.ask('/account', { headers: { Cookie: cookie } })).status).toBe(303);
});

test('nobody signed in, no identity token', async () => {
  const answer = await shop.ask('/familiar/token', { method: 'POST' });
  expect(answer.status).toBe(401);
  expect(await answer.text()).not.toContain('identity_token');
});

test('the identity token names the session’s member, not the one that the request asks for', async () => {
  const cookie = await shop.signIn('alice', 'fern-and-moss');
  const answer = await shop.ask('/familiar/token', {
    method: 'POST',
    headers: { Cookie: cookie, 'Content-Type': 'application/json' },
    body: JSON.stringify({ userId: 'victim', user_id: 'victim', sub: 'victim' }),
  });
  const { identity_token: token, expires_in: expiresIn } = (await answer.json()) as { identity_token: string; expires_in: number };
  expect(claimsOf(token)).toMatchObject({ sub: 'member-alice', aud: AGENT, iss: 'fernwell' });
  expect(expiresIn).toBeGreaterThan(0);
});

test('another site gets no identity token, not even with the cookie', async () => {
  const cookie = await shop.signIn('alice', 'fern-and-moss');
  const answer = await shop.ask('/familiar/token', { method: 'POST', headers: { Cookie: cookie, Origin: 'https://evil.example' } });
  expect(answer.status).toBe(403);
});

test('the token says when the password was last typed, and a fresh one after it was typed again', async () => {
  vi.useFakeTimers({ now: Date.now() - 3_600_000, toFake: ['Date'] });
  const cookie = await shop.signIn('alice', 'fern-and-moss').finally(() => vi.useRealTimers());
  const minutesAgo = async (): Promise<number> => {
    const answer = await shop.ask('/familiar/token', { method: 'POST', headers: { Cookie: cookie } });
    const claims = claimsOf(((await answer.json()) as { identity_token: string }).identity_token);
    expect(claims['amr']).toEqual(['pwd']);
    return Math.round((Date.now() / 1000 - Number(claims['auth_time'])) / 60);
  };
  const confirm = (password: string) =>
    shop.ask('/confirm', { method: 'POST', headers: { Cookie: cookie }, body: new URLSearchParams({ password }) });
  expect(await minutesAgo()).toBe(60);
  expect((await confirm('clay-and-rain')).status).toBe(401);
  expect(await minutesAgo()).toBe(60);
  expect((await confirm('fern-and-moss')).status).toBe(204);
  expect(await minutesAgo()).toBe(0);
});

test('nobody confirms who is not signed in, nor from another site', async () => {
  const body = new URLSearchParams({ password: 'fern-and-moss' });
  expect((await shop.ask('/confirm', { method: 'POST', body })).status).toBe(401);
  const cookie = await shop.signIn('alice', 'fern-and-moss');
  const foreign = { Cookie: cookie, Origin: 'https://evil.example' };
  expect((await shop.ask('/confirm', { method: 'POST', body, headers: foreign })).status).toBe(403);
});
