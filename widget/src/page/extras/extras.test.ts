import { expect, it, onTestFinished, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { systemClock } from '../../config/clock.ts';
import { openVault } from '../../identity/vault.ts';
import { mount } from '../../mount.ts';
import { createLauncher } from '../../ui/launcher.ts';
import { problem, type Seen } from '../../test/chat-server.ts';
import { createIdentityServer, identityToken, keyOf } from '../../test/identity-server.ts';
import { newAgent } from '../../test/tabs.ts';
import { createEvents } from '../events.ts';

const PATH = '/v1/embed/claims';
const RECEIPT = { id: 'claim_1', sessions: 1, messages: 2, claimed_at: '', undo_until: '', undone_at: null };

function openBrowser() {
  sessionStorage.clear();
  const [agent, server] = [newAgent(), createIdentityServer()];
  let ahead = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + ahead, advance: (ms: number) => (ahead += ms) };
  const claims: Seen[] = [];
  let asked = 0;
  server.intercept = (seen) => {
    if (!seen.path.startsWith(PATH)) return undefined;
    claims.push(seen);
    if (seen.method === 'DELETE') return Response.json({ ...RECEIPT, undone_at: '2026-01-01T00:00:00Z' });
    if (seen.body?.['preview'] !== true) return Response.json(RECEIPT, { status: 201 });
    return Response.json({ sessions: [{ id: 'sess_1', title: 'Ferns', message_count: 2, updated_at: '2026-01-01T00:00:00Z' }] });
  };
  const open = (init: object = {}) => {
    const settings = { agent, embedKey: 'pk_1', baseUrl: 'https://chat.example', ...init };
    const widget = mount({
      sources: [settings],
      events: createEvents(),
      launcher: createLauncher,
      fetch: server.fetch,
      clock,
      warn: () => undefined,
    });
    if (widget === null) throw new Error('The widget did not start.');
    onTestFinished(() => widget.shutdown());
    const root = [...document.querySelectorAll('familiar-widget')].at(-1)?.shadowRoot;
    const press = async (label: string): Promise<void> => {
      const button = [...(root?.querySelectorAll('button') ?? [])].find(({ textContent }) => textContent === label);
      if (!button) throw new Error(`no ${label}`);
      await userEvent.click(button);
    };
    widget.open();
    return { widget, vault: openVault(agent, systemClock), press, text: () => root?.textContent ?? '' };
  };
  const getIdentityToken = (): string => {
    asked += 1;
    return identityToken('alice');
  };
  return { open, server, clock, claims, getIdentityToken, asked: () => asked };
}

it('offers the anonymous conversation at sign-in, and after the claim has a new key and a fresh token', async () => {
  const { open, server, clock, claims, getIdentityToken, asked } = openBrowser();
  const page = open();
  page.widget.sendMessage('hello');
  await vi.waitFor(() => expect(page.text()).toContain('You said: hello'));
  page.widget.identify({ getIdentityToken });
  await vi.waitFor(() => expect(page.text()).toContain('Keep this conversation with your account?'));
  expect(claims.map(keyOf)).toEqual([keyOf(server.mints[0])]);
  const mints = server.mints.length;
  clock.advance(600);
  await page.press('Keep');
  await vi.waitFor(() => expect(page.text()).toContain('1 conversation moved to your account.'));
  await vi.waitFor(() => expect(server.mints).toHaveLength(mints + 1));
  expect(keyOf(server.mints.at(-1))).not.toBe(keyOf(server.mints[0]));
  expect(asked()).toBe(2);
  await page.press('Undo');
  await vi.waitFor(() => expect(page.text()).toContain('Taken out of your account again.'));
  expect(claims.map(({ method, path }) => `${method} ${path}`)).toEqual([`POST ${PATH}`, `POST ${PATH}`, `DELETE ${PATH}/claim_1`]);
});

it('asks nothing where this browser was never used anonymously', async () => {
  const { open, claims, getIdentityToken } = openBrowser();
  const page = open({ getIdentityToken });
  page.widget.sendMessage('hello');
  await vi.waitFor(() => expect(page.text()).toContain('You said: hello'));
  expect(claims).toEqual([]);
});

it('keeps the offer, with clear words, where the claim is refused', async () => {
  const { open, server, clock, getIdentityToken } = openBrowser();
  const page = open();
  page.widget.sendMessage('hello');
  await vi.waitFor(() => expect(page.text()).toContain('You said: hello'));
  page.widget.identify({ getIdentityToken });
  await vi.waitFor(() => expect(page.text()).toContain('Keep this conversation'));
  server.intercept = ({ path }) => (path === PATH ? problem(409, 'run_in_progress') : undefined);
  clock.advance(600);
  await page.press('Keep');
  await vi.waitFor(() => expect(page.text()).toContain('An answer is still being written there.'));
});

it('warns once about an id that can be guessed', async () => {
  const said = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => said.mockRestore());
  const { open } = openBrowser();
  const page = open({ userId: 'user-17' });
  await vi.waitFor(() => expect(said.mock.calls.filter(([text]) => String(text).includes('can be guessed'))).toHaveLength(1));
  page.widget.identify({ userId: 'user-17' });
  expect(said.mock.calls.join()).not.toContain('user-17');
});

it('warns of an id that is another one at every load', async () => {
  const said = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => said.mockRestore());
  const { open, server } = openBrowser();
  for (const count of [1, 2, 3]) {
    const page = open({ userId: `u_8a7f2c91d${count}` });
    await vi.waitFor(async () => expect(await page.vault.get('lastIds')).toHaveLength(count));
    if (count < 3) expect(said.mock.calls.join()).not.toContain('last 3 loads');
    page.widget.shutdown();
  }
  expect(server.mints).toHaveLength(3);
  await vi.waitFor(() => expect(said.mock.calls.join()).toContain('last 3 loads'));
});

it('warns of a verified id that is another one at every load, and forgets what it compared at the sign-out', async () => {
  const said = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => said.mockRestore());
  const { open } = openBrowser();
  const kept = (): string[] => Object.entries(sessionStorage).flatMap(([name, value]) => (name.endsWith(':loads') ? [String(value)] : []));
  for (const [index, id] of ['u_8a7f2c91d1', 'u_8a7f2c91d2', 'u_8a7f2c91d3'].entries()) {
    const page = open({ getIdentityToken: () => identityToken(id) });
    await vi.waitFor(() => expect(JSON.parse(kept()[0] ?? '[]')).toHaveLength(index + 1));
    if (index === 2) await vi.waitFor(() => expect(said.mock.calls.join()).toContain('last 3 loads'));
    else expect(said.mock.calls.join()).not.toContain('last 3 loads');
    if (index === 2) page.widget.logout();
    else page.widget.shutdown();
  }
  await vi.waitFor(() => expect(kept()).toEqual([]));
});

it('keeps nothing of the id after a sign-out, not even for the hints to the developer', async () => {
  const { open } = openBrowser();
  const page = open({ userId: 'u_8a7f2c91d0' });
  await vi.waitFor(async () => expect(await page.vault.get('lastIds')).toHaveLength(1));
  page.widget.logout();
  await vi.waitFor(async () => expect(await page.vault.get('lastIds')).toBeUndefined());
  expect(Object.keys(sessionStorage).filter((name) => name.startsWith('familiar:'))).toEqual([]);
});

it('shows the developer who the widget takes the visitor for, never a token', async () => {
  const { open } = openBrowser();
  const page = open({ userId: 'u_8a7f2c91d0', debug: true });
  await vi.waitFor(() => expect(page.text()).toContain('debug · soft · dpop · 14:5'));
  expect(page.text()).not.toContain('token-1');
});
