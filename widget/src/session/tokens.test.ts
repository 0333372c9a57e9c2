import { expect, it, onTestFinished, vi } from 'vitest';
import { own } from '../config/own.ts';
import { parseConfig } from '../config/parse-config.ts';
import type { Identity } from '../identity/identity.ts';
import { type Message, openTabs } from '../identity/tabs.ts';
import { createChatServer } from '../test/chat-server.ts';
import { createManualClock } from '../test/manual-clock.ts';
import { createTokens } from './tokens.ts';

const MINT = '/v1/embed/session-tokens';
const SETTINGS = { agent: 'test/tokens', embedKey: 'pk_1', baseUrl: 'https://chat.example' };

const alice = (plan: string): Identity => ({
  level: 'verified',
  userId: 'alice',
  identityToken: 'h.e30.s',
  getIdentityToken: null,
  attributes: { plan },
});

function listen() {
  const tabs = openTabs(SETTINGS.agent);
  onTestFinished(() => tabs.setListening(false));
  return tabs;
}

/** What the page says of its visitor may change while the tokens stand. */
function open() {
  const server = createChatServer({ level: 'verified', id: 'alice' });
  const config = parseConfig([SETTINGS], () => undefined);
  const page = { identity: alice('free') };
  const tokens = createTokens({
    transport: { baseUrl: SETTINGS.baseUrl, clock: createManualClock(), fetch: server.fetch },
    config: () => config,
    life: new AbortController().signal,
    tabs: listen(),
    isStrictlyBound: async () => false,
    key: async () => ({ storage: 'durable', epoch: 'epoch-1', secret: 'secret-1' }),
    identity: () => page.identity,
    onDrift: () => undefined,
  });
  return { page, server, tokens };
}

it('shares no token with a tab whose page says something else of the user', async () => {
  const { page, server, tokens } = open();
  const [other, witness] = [listen(), listen()];
  const told: Message[] = [];
  other.hear((message) => told.push(message));
  const grant = await tokens.grant();
  await vi.waitFor(() => expect(told).toMatchObject([{ grant: { token: 'token-1' } }]));
  const ask = async (plan: string): Promise<unknown> =>
    new Promise((resolve) => {
      // What is heard here was heard there as well.
      witness.hear(resolve);
      other.tell({ who: String(told[0]?.['who']).replace('free', plan) });
    });
  page.identity = alice('pro');
  let answer = (): void => undefined;
  const answered = new Promise<Response>((resolve) => (answer = () => resolve(Response.json({ ...grant, token: 'token-2' }))));
  server.intercept = async () => answered;
  const signedIn = tokens.signIn('h.e30.s');
  await vi.waitFor(() => expect(server.count('POST', MINT)).toBe(2));
  await ask('pro');
  page.identity = alice('max');
  answer();
  await signedIn;
  await ask('max');
  await ask('pro');
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(1));
  const shared = told.slice(1).map(({ who, grant: given }) => [/free|pro|max/.exec(String(who))?.[0], own(given, 'token')].join());
  expect(new Set(shared)).toEqual(new Set(['pro,token-2']));
});
