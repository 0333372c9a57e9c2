import { importJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateSigningKey } from '../src/generate-signing-key.ts';
import { askToken } from './ask-token.ts';
import { type NextSite, startNextSite } from './next-site.ts';
import { readProgram } from './published.ts';

const { privateJwk, publicJwk } = await generateSigningKey();
const SIGNER = `createSigner({ agent: 'fernwell/guide', issuer: 'fernwell', key: process.env['FAMILIAR_SIGNING_KEY'] ?? '' })`;

const files = {
  'app/familiar-token/route.ts': readProgram('next route'),
  // With Next's own request, and at the public origin that a proxy in front has.
  'app/proxied-token/route.ts': `
    import { createSigner, tokenHandler } from '@familiar/server-signer';
    import type { NextRequest } from 'next/server';
    export async function POST(request: NextRequest): Promise<Response> {
      return tokenHandler({
        signer: ${SIGNER},
        origin: 'https://shop.example',
        getUser: ({ cookies }: NextRequest) => (cookies.get('session')?.value === 'alice' ? { id: 'member-5f2c81' } : null),
      })(request);
    }`,
  'pages/api/familiar-token.ts': `
    import { createSigner, nodeTokenHandler } from '@familiar/server-signer';
    import type { NextApiRequest } from 'next';
    export default nodeTokenHandler({
      signer: ${SIGNER},
      getUser: ({ cookies }: NextApiRequest) => (cookies['session'] === 'alice' ? { id: 'member-5f2c81', name: 'Alice' } : null),
    });`,
};

let site: NextSite | undefined;
beforeAll(async () => {
  site = await startNextSite({ files, env: { FAMILIAR_SIGNING_KEY: JSON.stringify(privateJwk) } });
}, 300_000);
afterAll(async () => site?.close());

const alice = { cookie: 'session=alice' };

const ask = (path: string, call: Record<string, string>) => askToken({ port: site?.port, path }, call);

describe.each(['/familiar-token', '/api/familiar-token'])('on Next, the route %s', (path) => {
  test('mints a token for the session’s user, never cached and without a CORS header', async () => {
    const { status, headers, json } = await ask(path, { ...alice, 'sec-fetch-site': 'same-origin' });
    expect({ status, expires: json['expires_in'], cache: headers['cache-control'] }).toEqual({
      status: 200,
      expires: 600,
      cache: 'no-store',
    });
    const token = String(json['identity_token']);
    const { payload } = await jwtVerify(token, await importJWK(publicJwk), {
      algorithms: ['ES256'],
      audience: 'fernwell/guide',
      issuer: 'fernwell',
      typ: 'identity+jwt',
    });
    expect(payload).toMatchObject({ sub: 'member-5f2c81', name: 'Alice' });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  test('answers 401 to nobody, and does not let that be cached', async () => {
    const { status, headers, json } = await ask(path, { 'sec-fetch-site': 'same-origin' });
    expect({ status, code: json['code'], cache: headers['cache-control'] }).toEqual({
      status: 401,
      code: 'signed_out',
      cache: 'no-store',
    });
  });

  test.each(['GET', 'PUT', 'DELETE'])('answers 405 to %s', async (method) => {
    const { status, json } = await ask(path, { ...alice, 'sec-fetch-site': 'same-origin', method });
    expect({ status, token: json['identity_token'] }).toEqual({ status: 405, token: undefined });
  });

  test('gives a preflight of another origin nothing', async () => {
    const { headers } = await ask(path, { origin: 'https://evil.example', 'access-control-request-method': 'POST', method: 'OPTIONS' });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  test('refuses other origins, whichever header says so, and takes its own', async () => {
    const own = `http://127.0.0.1:${site?.port}`;
    for (const fetchSite of ['cross-site', 'same-site', 'none']) {
      expect((await ask(path, { ...alice, 'sec-fetch-site': fetchSite })).json['code']).toBe('origin_not_allowed');
    }
    const forwarded = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
    for (const origin of ['https://evil.example', 'null', `http://localhost:${site?.port}`]) {
      expect((await ask(path, { ...alice, origin, ...forwarded })).status).toBe(403);
    }
    expect((await ask(path, { ...alice })).status).toBe(403);
    expect((await ask(path, { ...alice, origin: own })).status).toBe(200);
  });
});

test('behind a proxy that ends TLS, a Next route takes the origin that it was told', async () => {
  expect((await ask('/proxied-token', { ...alice, origin: 'https://shop.example' })).status).toBe(200);
  expect((await ask('/proxied-token', { ...alice, origin: `http://127.0.0.1:${site?.port}` })).status).toBe(403);
});
