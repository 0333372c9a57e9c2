import { createSigner, generateSigningKey, nodeTokenHandler } from '@familiar/server-signer';
import { chromium } from '@playwright/test';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { chromiumArguments, findChromium } from '../../../scripts/chromium.mjs';
import { play } from '../test/play.ts';
import { userOf } from '../test/site.ts';
import { SIGNER } from './signer.ts';

const executablePath = findChromium();
const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: chromiumArguments() });
// Real browsers, on machines that are busy.
vi.setConfig({ testTimeout: 60_000 });
afterAll(async () => browser.close());

const { privateJwk } = await generateSigningKey({ alg: 'ES256' });
const signer = createSigner({ agent: 'acme/guide', issuer: 'acme', key: privateJwk });
const sound = nodeTokenHandler({ signer, getUser: (request: IncomingMessage) => asUser(userOf(request)) });

function asUser(id: string | null): { id: string } | null {
  return id === null ? null : { id: `member-${id}` };
}

const NOW_S = Math.floor(Date.now() / 1000);
const CLAIMS = { sub: 'member-1', aud: 'acme/guide', iss: 'acme', iat: NOW_S, exp: NOW_S + 600, jti: 'j-1' };

function unsigned(claims: Readonly<Record<string, unknown>>, header: object = { alg: 'ES256', kid: 'k-1' }): string {
  return [header, claims, 'x'].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}

/** A signer that signs these claims for everybody who is signed in. */
const signs = (claims: Readonly<Record<string, unknown>>) => (request: IncomingMessage, response: ServerResponse) =>
  void (userOf(request) === null ? response.writeHead(401).end() : response.end(JSON.stringify({ identity_token: unsigned(claims) })));

describe('a signer made of our library', () => {
  test.each(SIGNER.map(({ name }) => name))('passes: %s', async (name) => {
    expect(await play(name, { token: sound }, browser)).toBe('ok');
  });
});

describe('a signer that is wrong is told how to mend it', () => {
  test('it answers GET', async () => {
    const token = (request: IncomingMessage, response: ServerResponse) => {
      request.method = 'POST';
      return sound(request, response);
    };
    expect(await play('the signer does not answer GET', { token }, browser)).toMatch(/GET was answered with 401.*Mend: .*accept POST only/);
  });

  test('it lets every origin in', async () => {
    const token = (request: IncomingMessage, response: ServerResponse) => {
      response.setHeader('Access-Control-Allow-Origin', '*');
      return sound(request, response);
    };
    expect(await play('the signer gives other sites no permission', { token }, browser)).toMatch(/Mend: .*no Access-Control header/);
  });

  test('it may be cached', async () => {
    expect(await play('the signer is not cached', { token: signs(CLAIMS) }, browser)).toMatch(/Mend: .*Cache-Control: no-store/);
  });

  test('it signs guests', async () => {
    const token = (_: IncomingMessage, response: ServerResponse) => void response.end(unsigned({ ...CLAIMS, sub: 'guest' }));
    expect(await play('who is signed out gets 401, and no token', { token }, browser)).toMatch(/not signed in got a token.*Mend: .*401/);
  });

  test('it signs for other sites', async () => {
    expect(await play('a POST from another site gets no token', { token: signs(CLAIMS) }, browser)).toMatch(/Mend: .*Sec-Fetch-Site/);
  });

  test('it signs whom the body names', async () => {
    const token = async (request: IncomingMessage, response: ServerResponse) => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
      const { userId } = JSON.parse(text || '{}') as { userId?: string };
      response.end(unsigned({ ...CLAIMS, sub: userId ?? 'member-1' }));
    };
    expect(await play('nothing in the request names another user', { token }, browser)).toMatch(/Mend: .*your own session/);
  });

  test('it signs whom the address names', async () => {
    const token = (request: IncomingMessage, response: ServerResponse) =>
      void response.end(unsigned({ ...CLAIMS, sub: new URL(request.url ?? '', 'http://x').searchParams.get('user_id') ?? 'member-1' }));
    expect(await play('nothing in the request names another user', { token }, browser)).toMatch(/Mend: .*your own session/);
  });

  test('it signs the same sub for everybody', async () => {
    expect(await play('two users have two tokens of their own', { token: signs(CLAIMS) }, browser)).toMatch(/Mend: .*unique to the user/);
  });

  test.each([
    ['a placeholder as sub', { sub: 'undefined' }, /sub is not an id.*Mend: sign the real id/],
    ['a numeric sub', { sub: 42 }, /a string; this is number.*Mend: sign the real id/],
    ['a day of life', { exp: NOW_S + 86_400 }, /lives for 86400 seconds.*Mend: .*600 seconds/],
    ['milliseconds', { iat: NOW_S * 1000, exp: NOW_S * 1000 + 600 }, /clock is .* off.*Mend: .*not milliseconds/],
    ['no expiry', { exp: undefined }, /exp is missing.*Mend: set both/],
    ['a list as aud', { aud: ['acme/guide'] }, /aud does not name.*Mend: set aud/],
    ['another agent', { aud: 'acme/other' }, /another agent.*Mend: sign for the agent/],
    ['no jti', { jti: undefined }, /jti is missing.*Mend: /],
  ])('it signs %s', async (_what, wrong, words) => {
    expect(await play('the claims of the token are sound', { token: signs({ ...CLAIMS, ...wrong }) }, browser)).toMatch(words);
  });
});
