import { expect, it, vi } from 'vitest';
import { createIdentityServer, identityToken, keyOf, signedIn } from '../test/identity-server.ts';
import { systemClock } from '../config/clock.ts';
import { openVault } from '../identity/vault.ts';
import { changesOf, newAgent, openTab, say, type Tab } from '../test/tabs.ts';

/** Makes every other call of this agent's storage wait. Returns its undo. */
async function holdStorage(agent: string): Promise<() => Promise<void>> {
  const database = await new Promise<IDBDatabase>((resolve) => {
    const opening = indexedDB.open(`familiar:${agent}`);
    opening.addEventListener('success', () => resolve(opening.result));
  });
  const transaction = database.transaction('familiar', 'readwrite');
  let isHeld = true;
  const hold = (): void => {
    if (isHeld) transaction.objectStore('familiar').get('key').addEventListener('success', hold);
  };
  hold();
  return async () => {
    isHeld = false;
    await new Promise((resolve) => transaction.addEventListener('complete', resolve));
    database.close();
  };
}

/** Two tabs of alice, both of which show what she said in one. */
async function openTwo(agent: string, server: ReturnType<typeof createIdentityServer>): Promise<[Tab, Tab]> {
  const open = () => openTab(agent, { ...server, init: signedIn('alice') });
  const [one, two] = await Promise.all([open(), open()]);
  await say(one, 'my secret');
  two.widget.open();
  await vi.waitFor(() => expect(two.text()).toContain('my secret'));
  return [one, two];
}

it('shows nothing of a user in any tab after a logout in one, and has another key', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const [one, two] = await openTwo(agent, server);
  one.widget.logout();
  await vi.waitFor(() => expect(one.text() + two.text()).not.toContain('my secret'));
  const change = { previous: { level: 'verified', id: 'alice' }, current: { level: 'anonymous', id: null }, reason: 'logout' };
  await vi.waitFor(() => expect([changesOf(one), changesOf(two)]).toEqual([[change], [change]]));
  await vi.waitFor(() => expect(server.mints.filter(({ body }) => body?.['identity_token'] === undefined).length).toBeGreaterThan(0));
  expect(keyOf(server.mints.at(-1))).not.toBe(keyOf(server.mints[0]));
  expect(server.revoked.size).toBeGreaterThan(0);
  const three = await openTab(agent, server);
  three.widget.open();
  await say(three, 'hello');
  expect(three.text()).not.toContain('my secret');
});

it('names whom the server knows where the page named nobody', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const one = await openTab(agent, { ...server, init: { getIdentityToken: async () => identityToken('alice') } });
  await say(one, 'hello');
  one.widget.logout();
  const change = { previous: { level: 'verified', id: 'alice' }, current: { level: 'anonymous', id: null }, reason: 'logout' };
  await vi.waitFor(() => expect(changesOf(one)).toEqual([change]));
});

it('logs out without a network: here, in other tabs and in storage', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const [one, two] = await openTwo(agent, server);
  server.intercept = async () => Promise.reject(new TypeError('offline'));
  one.widget.logout();
  await vi.waitFor(() => expect(one.text() + two.text()).not.toContain('my secret'));
  server.intercept = () => undefined;
  const three = await openTab(agent, server);
  await say(three, 'hello');
  expect(keyOf(server.mints.at(-1))).not.toBe(keyOf(server.mints[0]));
});

it('tells the page of a change when storage is wiped, however long that takes', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const one = await openTab(agent, { ...server, init: signedIn('alice') });
  await say(one, 'hello');
  const release = await holdStorage(agent);
  one.widget.logout();
  await vi.waitFor(() => expect(server.deletes).toHaveLength(1));
  expect([changesOf(one), one.text().includes('hello')]).toEqual([[], false]);
  const atChange = new Promise((resolve) => one.events.on('identitychange', () => resolve(openVault(agent, systemClock).get('key'))));
  await release();
  expect(await atChange).not.toMatchObject({ person: 'alice' });
  expect(changesOf(one)).toHaveLength(1);
});

it('leaves an anonymous tab alone when another signs in, and tells its page', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const [one, two] = await Promise.all([openTab(agent, server), openTab(agent, server)]);
  await say(one, 'as nobody');
  two.widget.open();
  await vi.waitFor(() => expect(two.text()).toContain('as nobody'));
  one.widget.identify(signedIn('alice'));
  await vi.waitFor(() => expect(one.text()).not.toContain('as nobody'));
  const change = { previous: { level: 'anonymous', id: null }, current: { level: 'verified', id: 'alice' }, reason: 'identify' };
  await vi.waitFor(() => expect(changesOf(two)).toEqual([{ ...change, elsewhere: true }]));
  expect(two.text()).toContain('as nobody');
});

it('drops a user in the other tabs when another signs in in one', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const one = await openTab(agent, { ...server, init: signedIn('alice') });
  await say(one, 'my secret');
  const two = await openTab(agent, { ...server, init: signedIn('bob') });
  await say(two, 'bob here');
  await vi.waitFor(() => expect(one.text()).not.toContain('my secret'));
  expect(changesOf(one)).toEqual([
    { previous: { level: 'verified', id: 'alice' }, current: { level: 'anonymous', id: null }, reason: 'logout' },
  ]);
  expect(changesOf(two)).toEqual([]);
  expect(two.text()).toContain('bob here');
});

it('is blank after the back button until it is clear who is here', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const one = await openTab(agent, { ...server, init: signedIn('alice') });
  await say(one, 'my secret');
  one.hide();
  expect(one.text()).toBe('');
  const two = await openTab(agent, { ...server, init: signedIn('alice') });
  two.widget.open();
  await vi.waitFor(() => expect(two.text()).toContain('my secret'));
  two.widget.logout();
  await say(two, 'somebody else');
  one.comeBack();
  expect(one.text()).toBe('');
  await vi.waitFor(() => expect(one.text()).not.toBe(''));
  expect(one.text()).not.toContain('my secret');
});

it('is blank when it wakes up, and drops whoever left while it slept', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const one = await openTab(agent, { ...server, init: signedIn('alice') });
  await say(one, 'my secret');
  const setVisibility = (state: string): void => {
    Object.defineProperty(one.window.document, 'visibilityState', { value: state, configurable: true });
    one.window.document.dispatchEvent(new Event('visibilitychange'));
  };
  setVisibility('hidden');
  expect(one.text()).toBe('');
  setVisibility('visible');
  await vi.waitFor(() => expect(one.text()).toContain('my secret'));
  setVisibility('hidden');
  // Asleep: it hears nothing.
  one.hide();
  const two = await openTab(agent, { ...server, init: signedIn('alice') });
  two.widget.logout();
  await say(two, 'somebody else');
  setVisibility('visible');
  expect(one.text()).toBe('');
  await vi.waitFor(() => expect(one.text()).not.toBe(''));
  expect(one.text()).not.toContain('my secret');
});

it('is heard by the other tabs again as soon as it is back, though nobody sees it yet', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const [one, two] = await openTwo(agent, server);
  one.hide();
  Object.defineProperty(one.window.document, 'visibilityState', { value: 'hidden', configurable: true });
  one.window.document.dispatchEvent(new Event('visibilitychange'));
  one.comeBack();
  // As a page does whose session has ended meanwhile.
  one.widget.logout();
  await vi.waitFor(() => expect(changesOf(two)).toMatchObject([{ reason: 'logout' }]));
  expect(two.text()).not.toContain('my secret');
});

it('leaves no key, draft or name of the old user in storage', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const vault = openVault(agent, systemClock);
  const one = await openTab(agent, { ...server, init: signedIn('alice') });
  await say(one, 'hello');
  await vault.update('draft:["verified","alice"]', () => 'half a secret');
  const before = await vault.get('key');
  expect(before).toMatchObject({ person: 'alice' });
  one.widget.logout();
  await vi.waitFor(() => expect(server.mints.at(-1)?.body?.['identity_token']).toBeUndefined());
  const after = await vault.get('key');
  expect(after).toMatchObject({ person: null });
  expect(Reflect.get(Object(after), 'epoch')).not.toBe(Reflect.get(Object(before), 'epoch'));
  expect(await vault.get('draft:["verified","alice"]')).toBeUndefined();
});

it('writes no name down once its user has signed out, however slow the storage is', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const vault = openVault(agent, systemClock);
  await vault.get('key');
  const release = await holdStorage(agent);
  const one = await openTab(agent, {
    ...server,
    init: { ...signedIn('alice'), getIdentityToken: null, identityToken: identityToken('alice') },
  });
  one.widget.open();
  // Asks the storage before the sign-out does.
  await vi.waitFor(async () => expect((await navigator.locks.query()).held?.map(({ name }) => name)).toContain(`familiar:${agent}:key`));
  one.widget.logout();
  await release();
  await say(one, 'nobody');
  expect(await vault.get('key')).toMatchObject({ person: null });
});

it('keeps the browser of whoever is here when the page names somebody late who has left', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const vault = openVault(agent, systemClock);
  let name = (): void => undefined;
  const named = new Promise<string>((resolve) => (name = () => resolve(identityToken('alice'))));
  let isAsked = false;
  const one = await openTab(agent, { ...server, init: { getIdentityToken: async () => ((isAsked = true), named) } });
  one.widget.open();
  await vi.waitFor(() => expect(isAsked).toBe(true));
  one.widget.identify(signedIn('bob'));
  await say(one, 'bob here');
  const before = await vault.get('key');
  expect(before).toMatchObject({ person: 'bob' });
  name();
  // Behind whatever came of that.
  await vault.get('key');
  await navigator.locks.request(`familiar:${agent}:key`, async () => undefined);
  expect(await vault.get('key')).toMatchObject({ person: 'bob', epoch: Reflect.get(Object(before), 'epoch') });
});

it('shows the same conversation after the back button when nobody else was here', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const one = await openTab(agent, { ...server, init: signedIn('alice') });
  await say(one, 'my words');
  one.hide();
  one.comeBack();
  await vi.waitFor(() => expect(one.text()).toContain('my words'));
  expect(changesOf(one)).toEqual([]);
});

it('never shows an answer that comes after its reader has left', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const one = await openTab(agent, { ...server, init: signedIn('alice') });
  await say(one, 'first');
  let answer = (): void => undefined;
  const late = new Promise<void>((resolve) => (answer = resolve));
  server.intercept = ({ path }) =>
    path.includes('/messages') ? late.then(() => server.chatOf('verified', 'alice').fetch(`https://chat.example${path}`)) : undefined;
  one.widget.openConversation('sess_1');
  one.widget.identify(signedIn('bob'));
  server.intercept = () => undefined;
  await vi.waitFor(() => expect(server.mints.at(-1)?.body?.['user_id']).toBe('bob'));
  answer();
  await say(one, 'bob here');
  expect(one.text()).not.toContain('first');
});

it('mints once for eight tabs whose tokens end at the same time', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  let asked = 0;
  const getIdentityToken = async (): Promise<string> => {
    asked += 1;
    return identityToken('alice');
  };
  const init = { userId: 'alice', getIdentityToken };
  const tabs = await Promise.all(Array.from({ length: 8 }, async () => openTab(agent, { ...server, init })));
  for (const tab of tabs) await say(tab, 'hello');
  const [minted, askedFor] = [server.mints.length, asked];
  for (let count = 1; count <= minted; count += 1) server.revoked.add(`token-${count}`);
  for (const tab of tabs) tab.widget.sendMessage('again');
  const runs = (): number => server.chatOf('verified', 'alice').count('POST', '/v1/sessions/sess_1/runs');
  await vi.waitFor(() => expect(runs()).toBeGreaterThan(15), 8_000);
  expect([server.mints.length - minted, asked - askedFor]).toEqual([1, 1]);
}, 20_000);

it('shares one mint between anonymous tabs', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  const tabs = await Promise.all(Array.from({ length: 4 }, async () => openTab(agent, server)));
  for (const tab of tabs) tab.widget.open();
  await say(tabs[0] ?? (await openTab(agent, server)), 'hello');
  await vi.waitFor(() => {
    for (const tab of tabs) expect(tab.text()).toContain('Only you can see this chat');
  });
  expect(server.mints).toHaveLength(1);
});

it('keeps the text and says to sign in when the identity cannot be renewed, and goes on with a fresh token', async () => {
  const [agent, server] = [newAgent(), createIdentityServer()];
  let isDown = false;
  const getIdentityToken = async (): Promise<string> => (isDown ? Promise.reject(new Error('signed out')) : identityToken('alice'));
  const one = await openTab(agent, { ...server, init: { userId: 'alice', getIdentityToken } });
  await say(one, 'hello');
  isDown = true;
  server.revoked.add('token-1');
  one.widget.sendMessage('typed with care');
  await vi.waitFor(() => expect(one.heard).toContainEqual(['error', { code: 'identity_token_unavailable', mend: 'sign-in' }]));
  expect(one.text()).toContain('typed with care');
  expect(server.mints).toHaveLength(1);
  one.widget.identify({ userId: 'alice', identityToken: identityToken('alice') });
  await vi.waitFor(() => expect(one.text()).toContain('You said: typed with care'), 3_000);
  expect(server.mints.every(({ body }) => typeof body?.['identity_token'] === 'string')).toBe(true);
});
