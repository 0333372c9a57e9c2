import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AGENT, openHttpWorld, ORIGIN } from './http-world.ts';
import { createTestSigner } from './identity-signer.ts';
import { openBrowser } from './identity-world.ts';
import { type KeySetServer, publish, startKeySetServer } from './key-set-server.ts';

let issuer: KeySetServer;
let nowMs = 0;
let world: Awaited<ReturnType<typeof openHttpWorld>>;
const lines = new PassThrough({ encoding: 'utf8' });
const signer = await createTestSigner('k1');
beforeEach(async () => {
  nowMs = Date.now();
  issuer = await startKeySetServer((response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end());
  world = await openHttpWorld({
    clock: () => nowMs,
    log: pino({}, lines),
    agent: { identityKeys: [{ issuer: 'acme', jwksUrl: issuer.url }] },
  });
});
afterEach(async () => {
  await world.close();
  await issuer.close();
});

const mint = async (token: string) =>
  world.call('POST', '/v1/embed/session-tokens', {
    body: { embed_key: world.embedKey, identity_token: token },
    headers: { origin: ORIGIN, dpop: await (await openBrowser(() => nowMs)).prove({ htu: 'https://api.example/v1/embed/session-tokens' }) },
  });

test('an issuer whose key set cannot be had is 503 and one log line, without the token; then its users come in', async () => {
  const token = await signer.sign(nowMs, { aud: AGENT });
  const away = await mint(token);
  // As long as the issuer is not asked again.
  expect({ status: away.status, retry: away.headers.get('retry-after') }).toEqual({ status: 503, retry: '30' });
  expect(await away.json()).toMatchObject({ code: 'store_unavailable', detail: expect.stringContaining("issuer's keys") });
  nowMs += 12_000;
  expect((await mint(token)).headers.get('retry-after')).toBe('18');
  const log = String(lines.read());
  const said = log
    .split('\n')
    .filter((line) => line.includes('key_set_unavailable'))
    .map((line) => JSON.parse(line) as object);
  expect(said).toEqual([expect.objectContaining({ level: 40, event: 'key_set_unavailable', issuer: 'acme', trouble: 'redirected' })]);
  for (const part of token.split('.')) expect(log).not.toContain(part);

  issuer.answer(publish([signer.jwk]));
  nowMs += 18_000;
  expect(await (await mint(token)).json()).toMatchObject({ level: 'verified', participant: { id: 'alice' } });
});
