import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { type Answer, BrowserClient, codeOf } from './browser-client.ts';
import { type Demo, expect, test } from './demo.ts';

/** Bad input, each with its code from the contract; the process stays up and the next good call works. */

async function client(demo: Demo, origin = demo.site): Promise<BrowserClient> {
  return BrowserClient.create(demo.backend, origin);
}

async function minted(demo: Demo): Promise<BrowserClient> {
  const browser = await client(demo);
  const answer = await browser.mint({ embed_key: embedKey(demo) });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return browser;
}

async function newSession(browser: BrowserClient): Promise<string> {
  const answer = await browser.call('POST', '/v1/sessions', { body: { metadata: {} } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return (answer.body as { id: string }).id;
}

function embedKey(demo: Demo): string {
  return readFileSync(join(demo.dataDir, 'embed-key'), 'utf8').trim();
}

function runInput(session: string, text: string): Record<string, unknown> {
  return {
    threadId: session,
    runId: randomUUID(),
    state: {},
    tools: [],
    context: [],
    forwardedProps: {},
    messages: [{ id: randomUUID(), role: 'user', content: text }],
  };
}

function expectProblem(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
}

test('an unknown embed key is refused', async ({ demo }) => {
  const browser = await client(demo);
  expectProblem(await browser.mint({ embed_key: 'pk_AAAAAAAAAAAAAAAAAAAAAA' }), 401, 'unknown_embed_key');
});

for (const origin of ['https://evil.example', 'null', 'http://localhost', 'http://localhost:4000.evil.example']) {
  test(`the origin ${origin} is refused and gets no permission`, async ({ demo }) => {
    const answer = await (await client(demo, origin)).mint({ embed_key: embedKey(demo) });
    expectProblem(answer, 403, 'origin_not_allowed');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
}

test('a mint without a proof is refused', async ({ demo }) => {
  const browser = await client(demo);
  const answer = await browser.call('POST', '/v1/embed/session-tokens', { body: { embed_key: embedKey(demo) } });
  expectProblem(answer, 401, 'invalid_proof');
});

test('a proof works once', async ({ demo }) => {
  const browser = await client(demo);
  const DPoP = await browser.proof({ url: browser.mintUrl });
  const mint = () => browser.call('POST', '/v1/embed/session-tokens', { body: { embed_key: embedKey(demo) }, headers: { DPoP } });
  expect((await mint()).status).toBe(200);
  expectProblem(await mint(), 401, 'invalid_proof');
});

test('a browser with a wrong clock gets a nonce, and with it a token', async ({ demo }) => {
  const browser = await client(demo);
  const late = { url: browser.mintUrl, issuedAtMs: Date.now() - 86_400_000 };
  const body = { embed_key: embedKey(demo) };
  const first = await browser.call('POST', '/v1/embed/session-tokens', { body, headers: { DPoP: await browser.proof(late) } });
  expectProblem(first, 401, 'use_dpop_nonce');
  const nonce = first.headers.get('dpop-nonce') ?? '';
  const second = await browser.call('POST', '/v1/embed/session-tokens', {
    body,
    headers: { DPoP: await browser.proof({ ...late, nonce }) },
  });
  expect(second.status).toBe(200);
});

test('a body that is not JSON, or of another type, is refused', async ({ demo }) => {
  const browser = await minted(demo);
  expectProblem(await browser.call('POST', '/v1/sessions', { raw: '{"metadata":' }), 400, 'malformed_body');
  expectProblem(
    await browser.call('POST', '/v1/sessions', { raw: '{}', headers: { 'Content-Type': 'text/plain' } }),
    415,
    'unsupported_media_type',
  );
});

test('a body that is too large or too deep is refused while it is read', async ({ demo }) => {
  const browser = await minted(demo);
  expectProblem(await browser.call('POST', '/v1/sessions', { raw: `{"metadata":{"a":"${'x'.repeat(70_000)}"}}` }), 413, 'body_too_large');
  const deep = `{"metadata":{"a":${'['.repeat(60)}${']'.repeat(60)}}}`;
  expectProblem(await browser.call('POST', '/v1/sessions', { raw: deep }), 400, 'too_deep');
});

test('a message over 32 KiB is refused and the session goes on', async ({ demo }) => {
  const browser = await minted(demo);
  const session = await newSession(browser);
  const answer = await browser.call('POST', `/v1/sessions/${session}/runs`, { body: runInput(session, 'x'.repeat(33_000)) });
  expectProblem(answer, 413, 'message_too_large');
  const good = await browser.call('POST', `/v1/sessions/${session}/runs`, { body: runInput(session, 'hello') });
  expect(good.body).toContain('RUN_FINISHED');
});

test('an unknown session and another visitor’s session give the same answer', async ({ demo }) => {
  const owner = await minted(demo);
  const theirs = await newSession(owner);
  const stranger = await minted(demo);
  const paths = (id: string): [string, string][] => [
    ['GET', `/v1/sessions/${id}`],
    ['GET', `/v1/sessions/${id}/messages`],
    ['GET', `/v1/sessions/${id}/events`],
    ['DELETE', `/v1/sessions/${id}`],
  ];
  const unknown = paths('sess_AAAAAAAAAAAAAAAAAAAAAA');
  for (const [index, [method, path]] of paths(theirs).entries()) {
    const notYours = await stranger.call(method, path);
    const notThere = await stranger.call(method, unknown[index]?.[1] ?? '');
    expectProblem(notYours, 404, 'not_found');
    expect(notYours.body).toEqual(notThere.body);
  }
  expect((await owner.call('GET', `/v1/sessions/${theirs}`)).status).toBe(200);
});

test('a call without a credential, or with a broken one, is refused', async ({ demo }) => {
  const browser = await client(demo);
  expectProblem(await browser.call('GET', '/v1/sessions'), 401, 'missing_credential');
  expectProblem(await browser.call('GET', '/v1/sessions', { token: 'nonsense' }), 401, 'invalid_credential');
});

test('a token in a URL is refused', async ({ demo }) => {
  const browser = await minted(demo);
  expectProblem(await browser.call('GET', `/v1/sessions?token=abc`), 400, 'token_in_url');
});

test('a bad identity token never falls to another level', async ({ demo }) => {
  const browser = await client(demo);
  for (const identity_token of ['', 'null', 'a.b.c', null, 7, {}]) {
    const answer = await browser.mint({ embed_key: embedKey(demo), user_id: 'u_1', identity_token });
    expectProblem(answer, 401, 'token_malformed');
  }
});

test('ids that many visitors would share are refused, each with its code', async ({ demo }) => {
  const browser = await client(demo);
  const cases: [unknown, string][] = [
    ['undefined', 'degenerate_id'],
    ['Guest', 'degenerate_id'],
    ['a b', 'invalid_id'],
    ['', 'invalid_id'],
    [42, 'invalid_id'],
    ['anon:1', 'reserved_id'],
    ['Verified:bob', 'reserved_id'],
  ];
  for (const [user_id, code] of cases) expectProblem(await browser.mint({ embed_key: embedKey(demo), user_id }), 400, code);
});
