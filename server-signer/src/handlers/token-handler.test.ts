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

test('what the page addressed is the own origin, not the name that a framework wrote into the url', async () => {
  const handle = tokenHandler({ signer, getUser });
  const response = await handle(post({ host: 'shop.local:3000', origin: 'http://shop.local:3000' }));
  expect(response.status).toBe(200);
  const { identity_token: token } = (await response.json()) as { identity_token: string };
  expect(decodeJwt(token).sub).toBe('member-1');
  expect((await handle(post({ host: 'shop.local:3000', origin: 'http://internal:3000' }))).status).toBe(403);
  expect((await handle(post({ origin: 'http://internal:3000' }))).status).toBe(200);
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
