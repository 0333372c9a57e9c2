import { expect, it, vi } from 'vitest';
import { problem } from '../test/chat-server.ts';
import { createIdentityServer, keyOf, readProof, signedIn } from '../test/identity-server.ts';
import { createManualClock } from '../test/manual-clock.ts';
import { changesOf, newAgent, openTab, say } from '../test/tabs.ts';

it('goes on with an ephemeral chat at renewal, and destroys it when the page goes', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const one = await openTab(agent, { ...server, init: { userId: 'ephemeral' } });
  await say(one, 'a secret of the kiosk');
  server.lifeS = 900;
  server.intercept = ({ path, headers }) =>
    path.endsWith('/runs') && headers.get('authorization') === 'Bearer token-1' ? problem(401, 'session_token_expired') : undefined;
  await say(one, 'still me');
  expect(server.mints[1]?.headers.get('authorization')).toBe('Bearer token-1');
  expect(one.text()).toContain('a secret of the kiosk');
  one.hide();
  await vi.waitFor(() => expect(server.deletes.map(({ path }) => path)).toEqual(['/v1/instance']));
  expect(server.deletes[0]?.headers.get('authorization')).toBe('Bearer token-2');
  one.comeBack();
  await vi.waitFor(() => expect(one.text()).not.toBe(''));
  expect(one.text()).not.toContain('secret');
  await say(one, 'next visitor');
  expect(server.mints.at(-1)?.headers.get('authorization')).toBeNull();
  expect((await indexedDB.databases()).some(({ name }) => name === `familiar:${agent}`)).toBe(false);
});

it('takes another key, once, where the anonymous id is gone', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const one = await openTab(agent, server);
  await say(one, 'hello');
  server.gone.add(`anon_${keyOf(server.mints[0])}`);
  one.close();
  const two = await openTab(agent, server);
  await say(two, 'new here');
  expect(server.mints).toHaveLength(3);
  expect(keyOf(server.mints[2])).not.toBe(keyOf(server.mints[0]));
});

it('makes no keys for ever where every anonymous id is gone', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  let mints = 0;
  server.intercept = ({ path }) => (path === '/v1/embed/session-tokens' && (mints += 1) > 0 ? problem(410, 'gone') : undefined);
  const one = await openTab(agent, server);
  one.widget.open();
  await vi.waitFor(() => expect(one.text()).toContain('no longer here'));
  expect(mints).toBe(2);
});

it('keeps nothing on a shared device and forgets whoever was there after ten idle minutes', async () => {
  const [agent, server, clock] = [newAgent(), createIdentityServer(), createManualClock()];
  const one = await openTab(agent, { ...server, clock, init: { ...signedIn('alice'), sharedDevice: true } });
  await say(one, 'my secret');
  expect((await indexedDB.databases()).some(({ name }) => name === `familiar:${agent}`)).toBe(false);
  clock.advance(599_000);
  expect(one.text()).toContain('my secret');
  one.window.dispatchEvent(new PointerEvent('pointerdown'));
  clock.advance(599_000);
  expect(changesOf(one)).toEqual([]);
  clock.advance(1_000);
  expect(one.text()).not.toContain('my secret');
  await vi.waitFor(() => expect(changesOf(one)).toHaveLength(1));
});

it('begins anew on a shared device that comes back, and is not blank when it is shown for the first time', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const one = await openTab(agent, { ...server, init: { ...signedIn('alice'), sharedDevice: true } });
  await say(one, 'my secret');
  one.window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }));
  expect(one.text()).toContain('my secret');
  one.hide();
  // A page that is left is hidden as well.
  const { document } = one.window;
  Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
  Reflect.deleteProperty(document, 'visibilityState');
  one.comeBack();
  await vi.waitFor(() => expect(changesOf(one)).toHaveLength(1));
  await vi.waitFor(() => expect(one.text()).not.toBe(''));
  expect(one.text()).not.toContain('my secret');
});

it('keeps the key from the moment of consent, and the chat goes on', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const one = await openTab(agent, { ...server, init: { consent: 'pending' } });
  await say(one, 'before consent');
  expect((await indexedDB.databases()).some(({ name }) => name === `familiar:${agent}`)).toBe(false);
  one.widget.update({ consent: 'granted' });
  await say(one, 'after consent');
  expect(one.text()).toContain('before consent');
  const two = await openTab(agent, server);
  two.widget.open();
  await vi.waitFor(() => expect(two.text()).toContain('before consent'));
});

it('proves every request, bound to its token, where the embed key asks for it', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  server.isStrict = true;
  const one = await openTab(agent, server);
  await say(one, 'hello');
  const calls = [...server.chatOf('anonymous', `anon_${keyOf(server.mints[0])}`).seen];
  expect(calls.length).toBeGreaterThan(2);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('token-1'));
  const ath = btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  for (const call of calls) expect(readProof(call)?.claims).toMatchObject({ ath, htm: call.method });
});

it('starts by itself when the network is back, and now and then while it is open', async () => {
  const [server, clock] = [createIdentityServer(), createManualClock()];
  const one = await openTab(newAgent(), { ...server, clock });
  let tried = 0;
  server.intercept = async ({ path }) => {
    tried += Number(path === '/v1/embed/session-tokens');
    return Promise.reject(new TypeError('offline'));
  };
  // Another tab has 60 ms to answer before each mint.
  const pass = async (ms: number, isDone: () => boolean): Promise<void> =>
    vi.waitFor(() => {
      clock.advance(ms);
      expect(isDone()).toBe(true);
    }, 5_000);
  one.widget.open();
  await pass(60, () => tried > 0);
  await vi.waitFor(() => expect(one.text()).toContain('offline'));
  one.widget.close();
  const before = tried;
  clock.advance(60_000);
  one.window.dispatchEvent(new Event('online'));
  await pass(60, () => tried > before);
  clock.advance(60_000);
  clock.advance(60_000);
  expect(tried).toBe(before + 1);
  one.widget.open();
  await pass(60, () => tried > before + 1);
  server.intercept = () => undefined;
  await pass(500, () => one.text().includes('Only you can see this chat'));
  expect(one.text()).not.toContain('offline');
  expect(server.mints).toHaveLength(1);
});
