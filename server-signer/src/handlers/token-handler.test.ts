import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { generateSigningKey } from '../generate-signing-key.ts';
import { createSigner } from '../signer.ts';
import type { SignedInUser } from './answer.ts';
import { tokenHandler } from './token-handler.ts';

const signer = createSigner({ agent: 'fernwell/guide', issuer: 'fernwell', key: (await generateSigningKey()).privateJwk });
const getUser = (): SignedInUser => ({ id: 'member-1' });

function post(headers: Record<string, string>): Request {
  return new Request('http://internal:3000/api/token', { method: 'POST', headers });
}

test('as a Next route handler, `export const POST = tokenHandler(…)` answers a Request subclass with a Response', async () => {
  class NextLikeRequest extends Request {
    readonly nextUrl = new URL(this.url);
  }
  const POST = tokenHandler({ signer, getUser });
  const response = await POST(
    new NextLikeRequest('http://internal:3000/api/token', { method: 'POST', headers: { origin: 'http://internal:3000' } }),
  );
  expect(response).toBeInstanceOf(Response);
  const { identity_token: token } = (await response.json()) as { identity_token: string };
  expect(decodeJwt(token).sub).toBe('member-1');
});

test('behind a proxy that ends TLS, `origin` names the public origins and no other passes', async () => {
  const handle = tokenHandler({ signer, getUser, origin: ['https://shop.example', 'https://www.shop.example'] });
  expect((await handle(post({ origin: 'https://www.shop.example' }))).status).toBe(200);
  expect((await handle(post({ origin: 'http://internal:3000' }))).status).toBe(403);
  expect((await handle(post({ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }))).status).toBe(403);
  expect((await tokenHandler({ signer, getUser })(post({ origin: 'https://shop.example' }))).status).toBe(403);
});

test('a user whose id cannot be signed is 500 with the code and the mend, and the host hears of it', async () => {
  const heard: unknown[] = [];
  const numeric = { id: 42 } as unknown as SignedInUser;
  const handle = tokenHandler({ signer, getUser: () => numeric, onError: (error) => void heard.push(error) });
  const response = await handle(post({ 'sec-fetch-site': 'same-origin' }));
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ code: 'invalid_id', detail: expect.stringContaining('Send String(id)') });
  expect(heard).toHaveLength(1);
});

test('a broken onError does not break the answer', async () => {
  const fail = () => {
    throw new Error('no log');
  };
  const response = await tokenHandler({ signer, getUser: fail, onError: fail })(post({ 'sec-fetch-site': 'same-origin' }));
  expect(response.status).toBe(500);
});
