import { randomBytes } from 'node:crypto';
import type { IdentityKeyInfo } from '@familiar/protocol';
import { exportJWK, generateSecret } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type HttpWorld, openHttpWorld, ORIGIN } from '../../test/http-world.ts';
import { createTestSigner, type TestSigner } from '../../test/identity-signer.ts';
import { openBrowser } from '../../test/identity-world.ts';
import { publish, startKeySetServer } from '../../test/key-set-server.ts';
import { createPostgresSource } from '../../test/stores.ts';
import type { AgentConfig } from '../config/config.ts';
import { listen } from '../listen.ts';

/** The tests mint more in a second than a visitor in an hour. */
const LIMITS = { mintsPerHour: 100_000, mintBurst: 10_000 };

const open: HttpWorld[] = [];
async function openWith(agent: Partial<AgentConfig> = {}, databaseUrl?: string): Promise<HttpWorld> {
  const world = await openHttpWorld({ agent: { limits: LIMITS, ...agent }, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
  open.push(world);
  return world;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((world) => world.close()));
});

const add = (world: HttpWorld, { jwk }: TestSigner, members: object = {}) =>
  world.call('POST', '/v1/identity-keys', { token: world.secretKey, body: { issuer: 'acme', jwk, ...members } });
const set = (world: HttpWorld, kid: string, status: string) =>
  world.call('PATCH', `/v1/identity-keys/${kid}`, { token: world.secretKey, body: { status } });
const mint = async (world: HttpWorld, signer: TestSigner) => world.mint({ identity_token: await signer.sign(Date.now()) });

async function codeOf(answer: Promise<Response>): Promise<string> {
  const response = await answer;
  const { code } = (await response.json()) as { code: unknown };
  return `${response.status} ${String(code)}`;
}

test('an owner adds, lists, retires and revokes keys, and reads who did it', async () => {
  const world = await openWith({ identityKeys: [{ issuer: 'acme', kid: 'h1', secret: randomBytes(32).toString('base64url') }] });
  const signer = await createTestSigner('k1', 'EdDSA');
  const added = await add(world, signer, { status: 'next' });
  const info = { kid: 'k1', issuer: 'acme', alg: 'EdDSA', status: 'next', source: 'api', created_at: expect.any(String) };
  expect(added.status).toBe(201);
  expect(await added.json()).toEqual(info);
  const list = async () => (await world.call('GET', '/v1/identity-keys', { token: world.secretKey })).json();
  const configured = { kid: 'h1', issuer: 'acme', alg: 'HS256', status: 'active', source: 'config', created_at: null };
  expect(await list()).toEqual({ data: [configured, info], next_cursor: null });
  for (const status of ['active', 'retiring', 'revoked']) {
    const changed = await set(world, 'k1', status);
    expect([changed.status, ((await changed.json()) as IdentityKeyInfo).status]).toEqual([200, status]);
  }
  const audit = await world.call('GET', '/v1/identity-keys/k1/audit', { token: world.secretKey });
  expect(await audit.json()).toMatchObject({
    data: ['added', 'activated', 'retired', 'revoked'].map((action) => ({ action, actor: 'server' })),
    next_cursor: null,
  });
});

test('what does not fit has its code, and says nothing of what was sent', async () => {
  const world = await openWith({ identityKeys: [{ issuer: 'acme', kid: 'c1', jwk: (await createTestSigner('c1')).jwk }] });
  const signer = await createTestSigner('k1');
  const visitor = await world.mint();
  const post = (body: unknown) => world.call('POST', '/v1/identity-keys', { token: world.secretKey, body });
  const secret = { ...(await exportJWK(await generateSecret('HS256', { extractable: true }))), kid: 'canary' };
  expect(await codeOf(post({ issuer: 'acme' }))).toBe('400 malformed_request');
  expect(await codeOf(post({ issuer: 'acme', jwk: signer.jwk, status: 'revoked' }))).toBe('400 malformed_request');
  for (const issuer of ['', 'a\u0000', '\ud800', 'x'.repeat(256), 7])
    expect(await codeOf(post({ issuer, jwk: signer.jwk }))).toBe('400 malformed_request');
  const refused = await post({ issuer: 'canary', jwk: secret });
  expect(await refused.clone().text()).not.toMatch(new RegExp(`canary|${secret.k}`));
  expect(await codeOf(Promise.resolve(refused))).toBe('422 unprocessable');
  expect((await add(world, signer)).status).toBe(201);
  expect(await codeOf(add(world, signer))).toBe('422 unprocessable');
  expect(await codeOf(set(world, 'c1', 'retiring'))).toBe('422 unprocessable');
  expect(await codeOf(set(world, 'k1', 'gone'))).toBe('400 malformed_request');
  expect(await codeOf(set(world, 'nobody', 'revoked'))).toBe('404 not_found');
  expect(await codeOf(set(world, '%00', 'revoked'))).toBe('404 not_found');
  expect(await codeOf(world.call('GET', '/v1/identity-keys/nobody/audit', { token: world.secretKey }))).toBe('404 not_found');
  expect(await codeOf(world.call('GET', '/v1/identity-keys', { token: visitor.token }))).toBe('401 invalid_credential');
});

test('revoking a key ends the sessions it vouched for, and no others', async () => {
  const world = await openWith();
  const [mine, other] = [await createTestSigner('mine'), await createTestSigner('other')];
  for (const signer of [mine, other]) await add(world, signer);
  const tokens = [(await mint(world, mine)).token, (await mint(world, other)).token, (await world.mint()).token];
  expect((await set(world, 'mine', 'revoked')).status).toBe(200);
  const statuses = await Promise.all(tokens.map(async (token) => (await world.call('GET', '/v1/instance', { token })).status));
  expect(statuses).toEqual([401, 200, 200]);
  await expect(mint(world, mine)).rejects.toThrow('token_revoked_key');
  // Retiring does not: what it vouched for stands.
  await set(world, 'other', 'retiring');
  expect((await world.call('GET', '/v1/instance', { token: tokens[1] })).status).toBe(200);
});

test('keys of a JWKS URL verify, are listed, and one of them is revoked here before the issuer does it', async () => {
  const [good, leaked] = [await createTestSigner('good', 'RS256'), await createTestSigner('leaked')];
  const issuer = await startKeySetServer(publish([good.jwk, leaked.jwk]));
  try {
    const world = await openWith({ identityKeys: [{ issuer: 'acme', jwksUrl: issuer.url }] });
    expect((await mint(world, good)).participant.id).toBe('alice');
    const { token } = await mint(world, leaked);
    expect((await set(world, 'leaked', 'revoked')).status).toBe(200);
    expect((await world.call('GET', '/v1/instance', { token })).status).toBe(401);
    await expect(mint(world, leaked)).rejects.toThrow('token_revoked_key');
    expect((await mint(world, good)).level).toBe('verified');
    const { data } = (await (await world.call('GET', '/v1/identity-keys', { token: world.secretKey })).json()) as { data: unknown };
    expect(data).toMatchObject([
      { kid: 'leaked', status: 'revoked', source: 'jwks' },
      { kid: 'good', status: 'active', source: 'jwks', alg: 'RS256' },
    ]);
    expect(issuer.requests()).toBe(1);
  } finally {
    await issuer.close();
  }
});

test('an address that is not allowed is refused at start, with the reason', async () => {
  await expect(openWith({ identityKeys: [{ issuer: 'acme', jwksUrl: 'http://idp.example/jwks' }] })).rejects.toThrow(/absolute https/);
});

test('an issuer that is away makes the mint say "later", never another level', async () => {
  const issuer = await startKeySetServer((response) => response.writeHead(503).end());
  try {
    const world = await openWith({ identityKeys: [{ issuer: 'acme', jwksUrl: issuer.url }] });
    await expect(mint(world, await createTestSigner('k1'))).rejects.toThrow('503');
  } finally {
    await issuer.close();
  }
});

describe('two processes on one store', () => {
  const source = createPostgresSource();
  beforeAll(() => source.start());
  afterAll(() => source.stop());
  const openTwo = async () => {
    const { databaseUrl } = await source.create();
    return [await openWith({}, databaseUrl), await openWith({}, databaseUrl)] as const;
  };

  test('200 mints go on over loopback while two signers switch keys: not one fails', async () => {
    const worlds = await openTwo();
    const ports = await Promise.all(worlds.map(({ backend }) => listen(backend, { port: 0, host: '127.0.0.1' })));
    const [before, after] = [await createTestSigner('before'), await createTestSigner('after')];
    await add(worlds[0], before);
    const signing = [before, before];
    const switchTo = (server: 0 | 1, signer: TestSigner) => async () => ((signing[server] = signer), undefined);
    const runbook = new Map<number, () => Promise<Response | undefined>>([
      [40, () => add(worlds[0], after, { status: 'next' })],
      [60, switchTo(0, after)],
      [80, () => set(worlds[1], 'after', 'active')],
      [100, switchTo(1, after)],
      [120, () => set(worlds[0], 'before', 'retiring')],
    ]);
    const statuses: number[] = [];
    let next = 0;
    let steps = Promise.resolve(true);
    /** One step after the other, while the other visitors go on. */
    const take = (at: number): Promise<boolean> => {
      const step = runbook.get(at);
      if (step !== undefined) steps = steps.then(async (isFine) => isFine && ((await step())?.ok ?? true));
      return step === undefined ? Promise.resolve(true) : steps;
    };
    /** Signs as soon as it is free and mints right after, as browsers do. */
    const visit = async (): Promise<void> => {
      for (let at = next++; at < 200; at = next++) {
        expect(await take(at)).toBe(true);
        const token = await (signing[at % 2] ?? before).sign(Date.now());
        const [world, port] = at % 3 === 0 ? [worlds[0], ports[0]] : [worlds[1], ports[1]];
        const answer = await fetch(`http://127.0.0.1:${port?.port}/v1/embed/session-tokens`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: ORIGIN, dpop: await (await openBrowser(Date.now)).prove() },
          body: JSON.stringify({ embed_key: world.embedKey, identity_token: token }),
        });
        await answer.arrayBuffer();
        statuses.push(answer.status);
      }
    };
    await Promise.all(Array.from({ length: 8 }, visit));
    expect(statuses).toEqual(Array.from({ length: 200 }, () => 200));
    expect(await set(worlds[0], 'before', 'revoked')).toMatchObject({ status: 200 });
    await expect(mint(worlds[0], before)).rejects.toThrow('token_revoked_key');
    await Promise.all(ports.map((port) => port.close()));
  });

  test('a revocation here ends the sessions and the open stream there within five seconds', async () => {
    const [here, there] = await openTwo();
    const [mine, other] = [await createTestSigner('mine'), await createTestSigner('other')];
    for (const signer of [mine, other]) await add(here, signer);
    const stream = async (signer: TestSigner) => {
      const { token } = await mint(there, signer);
      const session = await there.newSession(token);
      const answer = await there.call('GET', `/v1/sessions/${session}/events`, { token });
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
      const ended = (async () => {
        while (!(await reader.read()).done);
        return Date.now();
      })();
      return { token, reader, ended };
    };
    const [revoked, kept] = [await stream(mine), await stream(other)];
    const startedAt = Date.now();
    await set(here, 'mine', 'revoked');
    expect((await revoked.ended) - startedAt).toBeLessThan(5000);
    expect(await codeOf(there.call('GET', '/v1/instance', { token: revoked.token }))).toBe('401 session_token_revoked');
    const first = await Promise.race([kept.ended, Promise.resolve('still open')]);
    expect(first).toBe('still open');
    await kept.reader.cancel();
  }, 15_000);
});
