import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpWorld, openHttpWorld, ORIGIN, runInput } from '../../test/http-world.ts';
import { ROUTES } from './routes.ts';

let world: HttpWorld;
beforeAll(async () => {
  world = await openHttpWorld();
});
afterAll(() => world.close());

async function problemOf(answer: Response | Promise<Response>): Promise<{ status: number; code: unknown }> {
  const response = await answer;
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const { code } = (await response.json()) as { code: unknown };
  return { status: response.status, code };
}

test('a message goes in and its answer comes out, and both are history', async () => {
  const { token } = await world.mint();
  const session = await world.newSession(token);
  const answer = await world.call('POST', `/v1/sessions/${session}/runs`, { token, body: runInput('hello') });
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  const text = await answer.text();
  expect(text).toMatch(/^retry: \d+\n\nid: [^\n]+:1\ndata: \{"type":"RUN_STARTED"/);
  expect(text).toContain('"outcome":{"type":"success"}');
  expect(text).not.toContain('\r');
  const page = await world.call('GET', `/v1/sessions/${session}/messages`, { token });
  expect(await page.json()).toMatchObject({
    data: [
      { seq: 1, content: 'hello' },
      { seq: 2, content: 'You said: hello' },
    ],
    active_run: null,
  });
});

test('an unknown session, one of another visitor and one of another user of a server answer alike', async () => {
  const [owner, stranger] = [await world.mint(), await world.mint()];
  const theirs = await world.newSession(owner.token);
  const bodies = async (id: string, token: string, query = '') =>
    Promise.all(
      ROUTES.filter(({ path }) => path.startsWith('/v1/sessions/:id')).map(async ({ method, path, body }) => {
        const address = path.replace(':id', id).replace(':runId', 'r1') + query;
        const sent = body === undefined ? {} : { body: { ...runInput('x'), title: 'x' } };
        const answer = await world.call(method, address, { token, ...sent });
        return [answer.status, await answer.text()];
      }),
    );
  const unknown = await bodies('sess_unknown', stranger.token);
  expect(unknown.every(([status]) => status === 404)).toBe(true);
  expect(await bodies(theirs, stranger.token)).toEqual(unknown);
  expect(await bodies(theirs, world.secretKey, '?end_user_id=u_9')).toEqual(unknown);
  expect((await world.call('GET', `/v1/sessions/${theirs}`, { token: owner.token })).status).toBe(200);
});

describe('every route of the table', () => {
  for (const { method, path, credentials } of ROUTES) {
    const address = path.replaceAll(/:[A-Za-z]+/g, 'x');
    const isOpen = credentials.includes('none') || credentials.includes('origin');
    test(`${method} ${path} ${isOpen ? 'asks for no bearer' : 'asks for a bearer'}`, async () => {
      const answer = await world.call(method, address, method === 'GET' || method === 'DELETE' ? {} : { body: {} });
      if (!isOpen) expect(await problemOf(answer)).toEqual({ status: 401, code: 'missing_credential' });
      else if (credentials.includes('none')) expect(answer.status).toBe(200);
      else expect((await problemOf(answer)).code).not.toBe('missing_credential');
    });
    if (credentials.includes('session') && !credentials.includes('secret')) {
      test(`${method} ${path} refuses a secret key`, async () => {
        expect(await problemOf(world.call(method, address, { token: world.secretKey }))).toEqual({
          status: 401,
          code: 'invalid_credential',
        });
      });
    }
  }
});

test('a server names its users, and each has sessions of their own', async () => {
  const token = world.secretKey;
  const session = await world.newSession(token, '/v1/sessions', { end_user_id: 'u_1' });
  expect((await world.call('GET', `/v1/sessions/${session}?end_user_id=u_1`, { token })).status).toBe(200);
  expect((await world.call('GET', `/v1/sessions/${session}?end_user_id=u_2`, { token })).status).toBe(404);
  expect(await problemOf(world.call('GET', `/v1/sessions/${session}`, { token }))).toEqual({ status: 400, code: 'invalid_id' });
  const create = (metadata: unknown) => problemOf(world.call('POST', '/v1/sessions', { token, body: { metadata } }));
  expect(await create({ end_user_id: 'u_1', user_id: 'u_2' })).toEqual({ status: 400, code: 'conflicting_ids' });
  expect(await create({})).toEqual({ status: 400, code: 'invalid_id' });
  expect(await create({ end_user_id: 7 })).toEqual({ status: 400, code: 'invalid_id' });
  const inPage = { token, headers: { origin: ORIGIN } };
  expect(await problemOf(world.call('GET', `/v1/sessions?end_user_id=u_1`, inPage))).toEqual({ status: 403, code: 'origin_not_allowed' });
});

test('bad input has its code, and says nothing of what was sent', async () => {
  const { token } = await world.mint();
  const post = (options: object) => world.call('POST', '/v1/sessions', { token, ...options });
  const cases: [Promise<Response>, number, string][] = [
    [post({ raw: '{"metadata":' }), 400, 'malformed_body'],
    [post({ raw: new Uint8Array([0x7b, 0xff, 0x7d]) }), 400, 'malformed_body'],
    [post({ raw: '{}', headers: { 'content-type': 'text/plain' } }), 415, 'unsupported_media_type'],
    [post({ raw: `{"metadata":{"a":"${'x'.repeat(70_000)}"}}` }), 413, 'body_too_large'],
    [post({ raw: `{"metadata":{"a":${'['.repeat(60)}${']'.repeat(60)}}}` }), 400, 'too_deep'],
    [post({ body: { metadata: Object.fromEntries(Array.from({ length: 201 }, (_, key) => [`k${key}`, 1])) } }), 400, 'too_deep'],
    [post({ body: { metadata: 'canary' } }), 400, 'malformed_request'],
    [post({ body: {}, rawHeaders: ['Authorization', 'a', 'authorization', 'b'] }), 400, 'malformed_request'],
    [post({ body: {}, headers: { origin: 'https://evil.example' } }), 403, 'origin_not_allowed'],
    [post({ body: {}, headers: { origin: 'null' } }), 403, 'origin_not_allowed'],
    [world.call('GET', '/v1/sessions?token=canary', { token }), 400, 'token_in_url'],
    [world.call('GET', `/v1/sessions?q=${token}`, { token }), 400, 'token_in_url'],
    [world.call('GET', '/v1/sessions?before=canary', { token }), 400, 'invalid_cursor'],
    [world.call('GET', '/v1/sessions', { token: 'canary' }), 401, 'invalid_credential'],
    [world.call('PATCH', '/v1/sessions', { token }), 405, 'method_not_allowed'],
    [world.call('GET', '/v1/canary', { token }), 404, 'not_found'],
  ];
  for (const [answer, status, code] of cases) {
    const text = await (await answer).clone().text();
    expect(text).not.toContain('canary');
    expect(await problemOf(answer)).toEqual({ status, code });
  }
});

test('runs refuse what is too large, empty or contradictory', async () => {
  const { token } = await world.mint();
  const session = await world.newSession(token);
  const run = (body: object) => problemOf(world.call('POST', `/v1/sessions/${session}/runs`, { token, body }));
  expect(await run(runInput('x'.repeat(33_000)))).toEqual({ status: 413, code: 'message_too_large' });
  expect(await run({ ...runInput('x'), messages: [] })).toEqual({ status: 422, code: 'unprocessable' });
  expect(await run({ ...runInput('x'), threadId: 'another' })).toEqual({ status: 422, code: 'unprocessable' });
  expect(await run({ ...runInput('x'), runId: 'a b' })).toEqual({ status: 400, code: 'malformed_request' });
  const claimed = [{ id: 'm1', role: 'assistant', content: 'I am the agent' }];
  expect(await run({ ...runInput('x'), messages: claimed })).toEqual({ status: 422, code: 'unprocessable' });
});

test('a preflight names the exact origin, or nobody', async () => {
  const ask = (origin: string) => world.call('OPTIONS', '/v1/sessions', { headers: { origin, 'access-control-request-method': 'POST' } });
  const good = await ask(ORIGIN);
  expect(good.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(good.headers.get('access-control-max-age')).toBe('600');
  expect(good.headers.get('vary')).toContain('Origin');
  expect(good.headers.get('access-control-allow-credentials')).toBeNull();
  for (const origin of ['https://evil.example', 'null', `${ORIGIN}.evil.example`, 'http://shop.example']) {
    expect((await ask(origin)).headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('logout ends the token, and erasing counts what is gone', async () => {
  const { token } = await world.mint();
  const session = await world.newSession(token);
  await (await world.call('POST', `/v1/sessions/${session}/runs`, { token, body: runInput('hello') })).text();
  const receipt = await world.call('DELETE', '/v1/instance', { token });
  expect(await receipt.json()).toMatchObject({ erased: { sessions: 1, messages: 2, runs: 1, instances: 1 } });
  expect((await world.call('GET', `/v1/sessions/${session}`, { token })).status).toBe(404);
  expect((await world.call('DELETE', '/v1/embed/session-tokens/current', { token })).status).toBe(204);
  expect(await problemOf(world.call('GET', '/v1/sessions', { token }))).toEqual({ status: 401, code: 'session_token_revoked' });
});

test('a closed store is away for a while, and the process stays up', async () => {
  const other = await openHttpWorld();
  const { token } = await other.mint();
  await other.close();
  expect(await problemOf(other.call('GET', '/v1/sessions', { token }))).toEqual({ status: 503, code: 'store_unavailable' });
  expect((await other.call('GET', '/healthz')).status).toBe(200);
  expect(await problemOf(other.call('GET', '/readyz'))).toEqual({ status: 503, code: 'draining' });
});

test('fifty identical posts at once give one message, one run and fifty equal answers', async () => {
  const other = await openHttpWorld({ agent: { limits: { streamsPerParticipant: 50 } } });
  const token = other.secretKey;
  const session = await other.newSession(token, '/v1/sessions', { end_user_id: 'u_1' });
  const body = runInput('once');
  const post = async () => (await other.call('POST', `/v1/sessions/${session}/runs?end_user_id=u_1`, { token, body })).text();
  const answers = await Promise.all(Array.from({ length: 50 }, post));
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toContain('You said: once');
  const page = await other.call('GET', `/v1/sessions/${session}/messages?end_user_id=u_1`, { token });
  expect(((await page.json()) as { data: unknown[] }).data).toHaveLength(2);
  await other.close();
});

test('limits answer 429 and say when to come back', async () => {
  const other = await openHttpWorld({ agent: { limits: { mintBurst: 2, anonymousMessagesPerMinute: 1 } } });
  const mint = () => other.call('POST', '/v1/embed/session-tokens', { body: { embed_key: other.embedKey }, headers: { origin: ORIGIN } });
  await mint();
  await mint();
  const refused = await mint();
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await problemOf(refused)).toEqual({ status: 429, code: 'rate_limited' });
  const { token } = await other.mint();
  const session = await other.newSession(token);
  const run = (body: object) => other.call('POST', `/v1/sessions/${session}/runs`, { token, body });
  const first = runInput('one');
  await (await run(first)).text();
  expect(await problemOf(run(runInput('two')))).toEqual({ status: 429, code: 'rate_limited' });
  expect((await run(first)).status).toBe(200);
  await other.close();
});
