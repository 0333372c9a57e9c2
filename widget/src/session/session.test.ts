import { expect, it, onTestFinished, vi } from 'vitest';
import { own } from '../config/own.ts';
import { parseConfig } from '../config/parse-config.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
import { type Identity, NOBODY } from '../identity/identity.ts';
import { type Message, openTabs } from '../identity/tabs.ts';
import { createChatServer, problem } from '../test/chat-server.ts';
import { readProof } from '../test/identity-server.ts';
import { freezeIn } from '../test/frozen-tab.ts';
import { createManualClock } from '../test/manual-clock.ts';
import { Failure } from './failure.ts';
import { createSession } from './session.ts';

const MINT = '/v1/embed/session-tokens';
const LIST = '/v1/sessions?limit=1';

const PAIR = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);

let agents = 0;

function open(identity: Identity = NOBODY, epoch: string | null = null) {
  const server = createChatServer();
  const clock = createManualClock();
  const key: BrowserKey = { storage: 'durable', epoch, pair: PAIR };
  const config = parseConfig(
    [{ agent: `test/session-${(agents += 1)}`, embedKey: 'pk_1', baseUrl: 'https://chat.example' }],
    () => undefined,
  );
  const life = new AbortController();
  const tabs = openTabs(config.agent);
  onTestFinished(() => tabs.setListening(false));
  const proofs = (): unknown[] => server.seen.filter(({ path }) => path === MINT).map((seen) => readProof(seen)?.claims['nonce']);
  let drifts = 0;
  const session = createSession({
    transport: { baseUrl: 'https://chat.example', clock, fetch: server.fetch },
    config: () => config,
    life: life.signal,
    tabs,
    isStrictlyBound: async () => false,
    key: async () => key,
    identity: () => identity,
    onDrift: () => (drifts += 1),
  });
  return { agent: config.agent, server, clock, session, proofs, dispose: () => life.abort(), drifts: () => drifts };
}

it('mints once, however many ask', async () => {
  const { server, session } = open();
  await Promise.all(Array.from({ length: 12 }, async () => session.json(LIST)));
  expect(server.count('POST', MINT)).toBe(1);
  expect(server.seen.at(-1)?.headers.get('authorization')).toBe('Bearer token-1');
});

it('answers use_dpop_nonce once with the nonce', async () => {
  const { server, session, proofs } = open();
  let isFirst = true;
  server.intercept = ({ path }) => {
    if (path !== MINT || !isFirst) return undefined;
    isFirst = false;
    return problem(401, 'use_dpop_nonce', { headers: { 'dpop-nonce': 'n1' } });
  };
  await session.json(LIST);
  expect(proofs()).toEqual([undefined, 'n1']);
  server.intercept = ({ path }) =>
    path === MINT ? problem(401, 'use_dpop_nonce', { headers: { 'dpop-nonce': 'n2' } }) : problem(401, 'session_token_expired');
  await expect(session.json(LIST)).rejects.toMatchObject({ code: 'use_dpop_nonce' });
  expect(server.count('POST', MINT)).toBe(4);
});

it('renews at 80 % of the life of its token, while the old one still serves', async () => {
  const { server, session, clock } = open();
  await session.grant();
  clock.advance(719_000);
  await session.json(LIST);
  expect(server.count('POST', MINT)).toBe(1);
  clock.advance(1_000);
  await session.json(LIST);
  await vi.waitFor(() => expect(server.count('POST', MINT)).toBe(2));
});

it('renews once on 401, and does not try a third time', async () => {
  const { server, session } = open();
  server.intercept = ({ path, headers }) =>
    path === LIST && headers.get('authorization') === 'Bearer token-1' ? problem(401, 'session_token_expired') : undefined;
  await session.json(LIST);
  expect(server.count('POST', MINT)).toBe(2);
  server.intercept = ({ path }) => (path === LIST ? problem(401, 'session_token_revoked') : undefined);
  await expect(session.json(LIST)).rejects.toMatchObject({ code: 'session_token_revoked', status: 401 });
  expect(server.count('POST', MINT)).toBe(3);
});

it('never tries a lower level after a refused identity token', async () => {
  const identity: Identity = { level: 'verified', userId: 'alice', identityToken: '', getIdentityToken: null, attributes: null };
  const { server, session } = open(identity);
  server.intercept = ({ path }) => (path === MINT ? problem(401, 'token_malformed') : undefined);
  await expect(session.grant()).rejects.toMatchObject({ code: 'token_malformed' });
  expect(server.seen.map(({ body }) => body)).toEqual([{ embed_key: 'pk_1', user_id: 'alice', identity_token: '' }]);
});

it('asks the page for another identity token when the one at hand has 30 s left', async () => {
  let asked = 0;
  const clock = createManualClock();
  const token = (exp: number): string => `h.${btoa(JSON.stringify({ exp }))}.s`;
  for (const [left, expected] of [
    [31, 0],
    [30, 1],
  ] as const) {
    const identityToken = token(clock.unixSeconds() + left);
    const getIdentityToken = async (): Promise<string> => `fresh-${(asked += 1)}`;
    const { server, session } = open({ level: 'verified', userId: null, identityToken, getIdentityToken, attributes: null });
    await session.grant();
    expect(asked).toBe(expected);
    expect(server.seen[0]?.body?.['identity_token']).toBe(expected === 0 ? identityToken : 'fresh-1');
  }
});

it('says that the identity must be renewed when the page throws or hangs, and sends nothing', async () => {
  const verified = (getIdentityToken: () => Promise<string>): Identity => ({
    level: 'verified',
    userId: null,
    identityToken: null,
    getIdentityToken,
    attributes: null,
  });
  const throwing = open(verified(async () => Promise.reject(new Error('secret'))));
  await expect(throwing.session.grant()).rejects.toMatchObject({
    code: 'identity_token_unavailable',
    message: 'identity_token_unavailable',
  });
  let isAsked = false;
  const hanging = open(
    verified(async () => {
      isAsked = true;
      return new Promise(() => undefined);
    }),
  );
  const asked = hanging.session.grant();
  await vi.waitFor(() => expect(isAsked).toBe(true));
  hanging.clock.advance(15_000);
  await expect(asked).rejects.toMatchObject({ code: 'identity_token_unavailable' });
  expect(hanging.server.seen).toEqual([]);
});

it('asks the page for a token no more often than every few seconds, each time later, until somebody asks to try again', async () => {
  let asked = 0;
  const getIdentityToken = async (): Promise<string> => Promise.reject(new Error(String((asked += 1))));
  const { session, clock } = open({ level: 'verified', userId: 'alice', identityToken: null, getIdentityToken, attributes: null });
  const attempts: number[] = [];
  for (let second = 0; second < 60; second += 1) {
    await expect(session.json(LIST)).rejects.toMatchObject({ code: 'identity_token_unavailable' });
    if (asked > attempts.length) attempts.push(second);
    clock.advance(1_000);
  }
  expect(attempts).toEqual([0, 2, 6, 14, 30]);
  session.hurry();
  await expect(session.json(LIST)).rejects.toMatchObject({ code: 'identity_token_unavailable' });
  expect(asked).toBe(6);
});

it('asks once more where the page gave a token that the server refuses, and not again for the same expired one', async () => {
  let asked = 0;
  const stale = 'h.e30.s';
  const getIdentityToken = async (): Promise<string> => ((asked += 1), stale);
  const { server, session } = open({
    level: 'verified',
    userId: 'alice',
    identityToken: `h.${btoa('{"exp":4000000000}')}.s`,
    getIdentityToken,
    attributes: null,
  });
  server.intercept = ({ path }) => (path === MINT ? problem(401, 'token_expired') : undefined);
  await expect(session.grant()).rejects.toMatchObject({ code: 'token_expired' });
  expect([asked, server.count('POST', MINT)]).toEqual([1, 2]);
});

it('sends no id that cannot be one', async () => {
  const { server, session } = open({ ...NOBODY, level: 'refused', code: 'degenerate_id' });
  await expect(session.grant()).rejects.toMatchObject({ code: 'degenerate_id' });
  expect(server.seen).toEqual([]);
});

it('fails every call after it is over', async () => {
  const { session, dispose } = open();
  await session.grant();
  dispose();
  await expect(session.json(LIST)).rejects.toMatchObject({ name: 'AbortError' });
});

it('does not send a token again that the server has refused, nor ask the page anew at every call', async () => {
  let asked = 0;
  const getIdentityToken = async (): Promise<string> => {
    asked += 1;
    return asked === 1 ? 'h.e30.s' : Promise.reject(new Error('signed out'));
  };
  const { server, session, clock } = open({ level: 'verified', userId: 'alice', identityToken: null, getIdentityToken, attributes: null });
  await session.grant();
  server.intercept = ({ path }) => (path === LIST ? problem(401, 'session_token_revoked') : undefined);
  for (let count = 0; count < 5; count += 1) await expect(session.json(LIST)).rejects.toMatchObject({ code: 'identity_token_unavailable' });
  expect([server.count('GET', LIST), asked]).toEqual([1, 2]);
  clock.advance(2_000);
  await expect(session.json(LIST)).rejects.toMatchObject({ code: 'identity_token_unavailable' });
  expect([server.count('GET', LIST), asked]).toEqual([1, 3]);
});

it('sends nothing that a page put on Object.prototype', async () => {
  const polluted = { token: 'evil', secret: 'evil', body: 'evil', retryAfterMs: 1e9 };
  const { server, session } = open();
  Object.assign(Object.prototype, polluted);
  onTestFinished(() => {
    for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name);
  });
  await session.json(LIST);
  expect(server.seen.map(({ body, headers }) => [body, headers.get('authorization')])).toEqual([
    [{ embed_key: 'pk_1' }, null],
    [null, 'Bearer token-1'],
  ]);
  expect(new Failure('aborted')).toMatchObject({ retryAfterMs: undefined });
});

it('mints alone where a frozen tab keeps the lock', async () => {
  const limits: AbortController[] = [];
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
    const limit = new AbortController();
    limits.push(limit);
    return limit.signal;
  });
  onTestFinished(() => timeout.mockRestore());
  const { agent, server, session } = open();
  const thaw = await freezeIn(`${agent}:mint`);
  const granted = session.grant();
  await vi.waitFor(() => expect(limits).toHaveLength(1));
  expect(server.seen).toEqual([]);
  limits[0]?.abort(new DOMException('', 'TimeoutError'));
  await granted;
  expect(server.count('POST', MINT)).toBe(1);
  thaw();
});

it('takes what another tab has just minted, and no answer that was meant for a third', async () => {
  const { agent, clock, session } = open(NOBODY, 'epoch-1');
  const other = openTabs(agent);
  onTestFinished(() => other.setListening(false));
  const hear = async (): Promise<Message> =>
    new Promise((resolve) => {
      const unhear = other.hear((message) => {
        unhear();
        resolve(message);
      });
    });
  const [asked, granted] = [hear(), session.grant()];
  const { who } = await asked;
  const told = hear();
  clock.advance(60);
  const grant = await granted;
  expect(await told).toMatchObject({ who, grant: { token: 'token-1' }, isFresh: true });
  clock.advance(1_000);
  const held = async (): Promise<unknown> => {
    const answer = hear();
    other.tell({ who });
    return own((await answer)['grant'], 'token');
  };
  const give = (token: string, isFresh: boolean, ageMs = 0): void => other.tell({ who, grant: { ...grant, token }, ageMs, isFresh });
  give('answered', false);
  expect(await held()).toBe('token-1');
  give('older', true, 2_000);
  expect(await held()).toBe('token-1');
  give('minted', true);
  expect(await held()).toBe('minted');
});

it('says that the server is at fault where it answers a mint with something else', async () => {
  for (const body of ['<!doctype html><h1>It works!</h1>', '{"token":{},"expires_in":"soon"}', 'null', '']) {
    const { server, session } = open();
    server.intercept = () => new Response(body);
    await expect(session.grant()).rejects.toMatchObject({ code: 'internal_error' });
  }
});

it('says its last words once more when the network is back, if they were not heard', async () => {
  const { server, session, dispose } = open();
  await session.grant();
  server.intercept = async () => Promise.reject(new TypeError('offline'));
  await session.end(`${MINT}/current`);
  dispose();
  server.intercept = () => new Response(null, { status: 204 });
  const heard = (): unknown[] => server.seen.filter(({ method }) => method === 'DELETE').map(({ headers }) => headers.get('authorization'));
  dispatchEvent(new Event('online'));
  await vi.waitFor(() => expect(heard()).toEqual(['Bearer token-1', 'Bearer token-1']));
  dispatchEvent(new Event('online'));
  await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
  expect(heard()).toHaveLength(2);
});
