import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from './config/clock.ts';
import { explain } from './config/hints.ts';
import { wipeBrowser } from './identity/browser-key.ts';
import { openVault } from './identity/vault.ts';
import { mount } from './mount.ts';
import { createLauncher } from './ui/launcher.ts';
import { createEvents } from './page/events.ts';
import type { Widget } from './page/widget.ts';
import { type ChatServer, createChatServer, problem } from './test/chat-server.ts';

const AGENT = 'acme/help';
const widgets: Widget[] = [];

function start(server: ChatServer, init: object = {}) {
  const events = createEvents();
  const heard: [string, unknown][] = [];
  for (const name of ['open', 'messagesent', 'messagereceived', 'identitychange', 'error', 'sessionstarted'])
    events.on(name, (detail) => heard.push([name, detail]));
  const warnings: string[] = [];
  const settings = { agent: AGENT, embedKey: 'pk_1', baseUrl: 'https://chat.example', ...init };
  const widget = mount({
    sources: [settings],
    events,
    launcher: createLauncher,
    fetch: server.fetch,
    warn: (hint) => warnings.push(hint),
  });
  if (widget === null) throw new Error(warnings.join(' '));
  widgets.push(widget);
  const host = [...document.querySelectorAll('familiar-widget')].at(-1);
  return {
    widget,
    heard,
    warnings,
    root: () => host?.shadowRoot,
    text: () => host?.shadowRoot?.textContent ?? '',
    names: () => heard.map(([name]) => name),
  };
}

afterEach(async () => {
  for (const widget of widgets.splice(0)) widget.shutdown();
  expect(document.querySelectorAll('familiar-widget')).toHaveLength(0);
  await wipeBrowser(AGENT, openVault(AGENT, systemClock));
});

it('answers a message, and shows the conversation again after a reload', async () => {
  const server = createChatServer();
  const first = start(server);
  first.widget.open();
  first.widget.sendMessage('My name is Maya');
  await vi.waitFor(() => expect(first.text()).toContain('You said: My name is Maya'));
  await vi.waitFor(() => expect(first.names()).toEqual(['open', 'sessionstarted', 'messagesent', 'messagereceived']));
  first.widget.shutdown();
  const second = start(server);
  second.widget.open();
  await vi.waitFor(() => expect(second.text()).toContain('You said: My name is Maya'));
});

it('starts nothing without agent, embed key and address', () => {
  for (const missing of ['agent', 'embedKey', 'baseUrl']) expect(() => start(createChatServer(), { [missing]: '' })).toThrow('init');
  expect(explain('init')).toContain('without agent, embedKey and baseUrl');
});

it('shows the words of the page in place of the words of the server, also when they change', async () => {
  const server = createChatServer();
  const texts = { placeholder: 'Server words', send: 'Server send' };
  server.intercept = ({ path }) =>
    path.startsWith('/v1/embed/config') ? Response.json({ name: '', suggestions: [], theme: {}, texts, flags: {} }) : undefined;
  const { widget, root } = start(server, { texts: { placeholder: 'Page words' } });
  widget.open();
  await vi.waitFor(() => expect(root()?.querySelector('[part~=send]')?.outerHTML).toContain('Server send'));
  expect(root()?.querySelector('textarea')?.placeholder).toBe('Page words');
  widget.update({ texts: { send: 'Page send' } });
  await vi.waitFor(() => expect(root()?.querySelector('[part~=send]')?.outerHTML).toContain('Page send'));
});

it('takes no setting from a polluted Object.prototype, neither at the start nor with a change', async () => {
  const polluted = {
    userId: 'mallory',
    sharedDevice: true,
    texts: { placeholder: 'evil' },
    attributes: { a: '1' },
    init: { userId: 'eve' },
  };
  onTestFinished(() => {
    for (const key of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, key);
  });
  const server = createChatServer();
  Object.assign(Object.prototype, polluted);
  const { widget, root } = start(server);
  widget.update({});
  widget.identify({});
  widget.open();
  await vi.waitFor(() => expect(server.count('POST', '/v1/embed/session-tokens')).toBe(1));
  expect(server.seen.find(({ method }) => method === 'POST')?.body).toEqual({ embed_key: 'pk_1' });
  expect(root()?.querySelector('textarea')?.placeholder).not.toBe('evil');
});

it('asks the network and the storage for nothing before it is opened', async () => {
  const server = createChatServer();
  const open = vi.spyOn(indexedDB, 'open');
  const { widget } = start(server, { userId: 'u_8a7f2c' });
  widget.identify({ userId: 'u_77b1d0' });
  await new Promise((resolve) => setTimeout(resolve));
  expect(server.seen).toEqual([]);
  expect(open).not.toHaveBeenCalled();
  open.mockRestore();
});

it('takes everything of the old person off the screen at once when another signs in', async () => {
  const server = createChatServer();
  const { widget, text, heard } = start(server, { userId: 'u_8a7f2c' });
  widget.open();
  widget.sendMessage('A secret of mine');
  await vi.waitFor(() => expect(text()).toContain('You said: A secret of mine'));
  server.intercept = ({ path }) => (path === '/v1/embed/session-tokens' ? new Promise(() => undefined) : undefined);
  widget.identify({ userId: 'u_77b1d0' });
  expect(text()).not.toContain('secret');
  await vi.waitFor(() =>
    expect(heard.at(-1)).toEqual([
      'identitychange',
      { previous: { level: 'soft', id: 'u_8a7f2c' }, current: { level: 'soft', id: 'u_77b1d0' }, reason: 'identify' },
    ]),
  );
});

it('revokes the token and makes another key after logout', async () => {
  const server = createChatServer();
  const { widget } = start(server);
  const keys = (): unknown[] =>
    server.seen.filter(({ path }) => path === '/v1/embed/session-tokens').map(({ headers }) => headers.get('dpop')?.split('.')[0]);
  widget.open();
  await vi.waitFor(() => expect(server.count('GET', '/v1/sessions?limit=1')).toBe(1));
  widget.logout();
  await vi.waitFor(() => expect(keys()).toHaveLength(2));
  expect(keys()[0]).not.toBe(keys()[1]);
  await vi.waitFor(() => expect(server.count('DELETE', '/v1/embed/session-tokens/current')).toBe(1));
});

it('keeps two widgets on one page apart', async () => {
  const [one, two] = [start(createChatServer()), start(createChatServer())];
  one.widget.open();
  one.widget.sendMessage('only here');
  two.widget.open();
  await vi.waitFor(() => expect(one.text()).toContain('You said: only here'));
  expect(two.text()).not.toContain('only here');
});

it('tells of a refused token and falls to no other level', async () => {
  const server = createChatServer();
  server.intercept = ({ path }) => (path === '/v1/embed/session-tokens' ? problem(401, 'token_expired') : undefined);
  const { widget, heard } = start(server, { identityToken: 'x.y.z' });
  widget.open();
  await vi.waitFor(() => expect(heard).toContainEqual(['error', { code: 'token_expired', mend: 'sign-in' }]));
  expect(server.count('POST', '/v1/embed/session-tokens')).toBe(1);
});

it('warns of a bad command and goes on', () => {
  const { widget, warnings } = start(createChatServer());
  widget.sendMessage(7);
  widget.openConversation(null);
  widget.identify('alice');
  widget.update({ userId: 'bob' });
  expect(warnings).toHaveLength(4);
});
