import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askToken } from '../../test/ask-token.ts';
import { generateSigningKey } from '../generate-signing-key.ts';
import { createSigner } from '../signer.ts';
import { fastifyTokenHandler } from './fastify-token-handler.ts';
import { nodeTokenHandler } from './node-token-handler.ts';
import { tokenHandler } from './token-handler.ts';

/** A host's session: a cookie that names the signed-in user, or makes the look-up fail. */
function userOf(cookie: string | null | undefined) {
  if (cookie === 'session=broken') throw new Error('connection to db-7.internal refused');
  return cookie === 'session=alice' ? { id: 'member-1', name: 'Alice' } : null;
}
const signer = createSigner({ agent: 'fernwell/guide', issuer: 'fernwell', key: (await generateSigningKey()).privateJwk });
const fromNode = { signer, getUser: (request: IncomingMessage) => userOf(request.headers.cookie) };
const fromFetch = { signer, getUser: (request: Request) => userOf(request.headers.get('cookie')) };

interface Running {
  readonly port: number;
  close(): Promise<unknown>;
}

async function listen(listener: RequestListener): Promise<Running> {
  const server = createServer(listener);
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  return { port: (server.address() as AddressInfo).port, close: async () => new Promise((done) => void server.close(done)) };
}

const frameworks: Readonly<Record<string, () => Promise<Running>>> = {
  'node:http': async () => {
    const handle = nodeTokenHandler(fromNode);
    return listen((request, response) => void handle(request, response));
  },
  express: async () => {
    const app = express();
    app.all('/token', nodeTokenHandler(fromNode));
    return listen(app);
  },
  'express after a body parser': async () => {
    const app = express();
    app.use(express.json(), express.text());
    app.all('/token', nodeTokenHandler(fromNode));
    return listen(app);
  },
  fastify: async () => {
    const app = fastify();
    app.all('/token', fastifyTokenHandler({ signer, getUser: (request: { raw: IncomingMessage }) => userOf(request.raw.headers.cookie) }));
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { port: (app.server.address() as AddressInfo).port, close: async () => app.close() };
  },
  hono: async () => {
    const app = new Hono();
    const handle = tokenHandler(fromFetch);
    app.all('/token', async (context) => handle(context.req.raw));
    return new Promise((done) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
        done({ port, close: async () => new Promise((closed) => void server.close(closed)) });
      });
    });
  },
};

const ask = (port: number, call: Record<string, string>) => askToken({ port, path: '/token' }, call);

describe.each(Object.entries(frameworks))('on %s', (_name, start) => {
  let running: Running;
  const alice = { cookie: 'session=alice', 'sec-fetch-site': 'same-origin' };
  beforeAll(async () => {
    running = await start();
  });
  afterAll(async () => running.close());

  test('a signed-in page gets a token for the session’s user, never cached and never cross-origin', async () => {
    const { status, headers, json } = await ask(running.port, alice);
    expect(status).toBe(200);
    expect(json).toEqual({ identity_token: expect.any(String), expires_in: 600 });
    expect(decodeJwt(String(json['identity_token']))).toMatchObject({ sub: 'member-1', name: 'Alice', aud: 'fernwell/guide' });
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  test('a body that names a victim changes nothing', async () => {
    for (const type of ['application/json', 'text/plain']) {
      const body = JSON.stringify({ id: 'victim', sub: 'victim', userId: 'victim' });
      const { json } = await ask(running.port, { ...alice, 'content-type': type, body });
      expect(decodeJwt(String(json['identity_token'])).sub).toBe('member-1');
    }
  });

  test('nobody signed in is 401', async () => {
    const { status, headers, json } = await ask(running.port, { 'sec-fetch-site': 'same-origin' });
    expect({ status, code: json['code'] }).toEqual({ status: 401, code: 'signed_out' });
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(headers['cache-control']).toBe('no-store');
  });

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused, as a script tag or a preflight would send', async (method) => {
    const { status, headers } = await ask(running.port, { ...alice, origin: 'https://evil.example', method });
    expect({ status, allow: headers['allow'], cors: headers['access-control-allow-origin'] }).toEqual({
      status: 405,
      allow: 'POST',
      cors: undefined,
    });
  });

  test('other origins are refused, whichever header says so', async () => {
    const own = `http://127.0.0.1:${running.port}`;
    const cookie = alice.cookie;
    for (const site of ['cross-site', 'same-site', 'none', '']) {
      expect((await ask(running.port, { cookie, 'sec-fetch-site': site, origin: own })).status).toBe(403);
    }
    for (const origin of ['https://evil.example', 'null', `${own}0`, `https://127.0.0.1:${running.port}`, `${own}.evil.example`]) {
      expect((await ask(running.port, { cookie, origin })).status).toBe(403);
    }
    expect((await ask(running.port, { cookie })).json['code']).toBe('origin_not_allowed');
    expect((await ask(running.port, { cookie, origin: own })).status).toBe(200);
  });

  test('a forwarding header cannot make another origin its own', async () => {
    const forwarded = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example;proto=https' };
    expect((await ask(running.port, { cookie: alice.cookie, origin: 'https://evil.example', ...forwarded })).status).toBe(403);
  });

  test('a failing session look-up is 500 and tells nothing', async () => {
    const { status, json } = await ask(running.port, { ...alice, cookie: 'session=broken' });
    expect({ status, code: json['code'] }).toEqual({ status: 500, code: 'internal_error' });
    expect(JSON.stringify(json)).not.toContain('db-7');
  });
});
