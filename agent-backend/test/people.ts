import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { MintResponse } from '@familiar/protocol';
import { type Browser, openBrowser } from './identity-world.ts';
import { AGENT, type HttpWorld, type HttpWorldOptions, openHttpWorld, ORIGIN, runInput } from './http-world.ts';

export const CLAIMS_URL = 'https://api.example/v1/embed/claims';

/** A backend in process whose agent trusts one key, people who sign in with it, and browsers that keep theirs. */
export async function openPeople(options: HttpWorldOptions = {}) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)) };
  const identityKeys = [{ issuer: 'acme', kid: 'k1', jwk, alg: 'ES256' as const }];
  const world: HttpWorld = await openHttpWorld({ ...options, agent: { identityKeys, ...options.agent } });
  const sign = (claims: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const iat = Math.floor(Date.now() / 1000);
    const payload = { sub: 'alice', aud: AGENT, iss: 'acme', iat, exp: iat + 600, jti: randomUUID(), ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'identity+jwt' }).sign(privateKey);
  };
  return {
    ...world,
    sign,
    openBrowser: () => openBrowser(Date.now),
    signIn: async (browser: Browser, claims: Readonly<Record<string, unknown>> = {}): Promise<MintResponse> =>
      world.mint({ identity_token: await sign(claims) }, browser),
    /** The answer of a mint, whatever it is. */
    tryMint: async (browser: Browser, members: Readonly<Record<string, unknown>> = {}, token?: string): Promise<Response> =>
      world.call('POST', '/v1/embed/session-tokens', {
        token,
        body: { embed_key: world.embedKey, ...members },
        headers: { origin: ORIGIN, dpop: await browser.prove() },
        address: `198.51.100.${Math.floor(Math.random() * 250)}`,
      }),
    claim: async (token: string, browser: Browser, body: Readonly<Record<string, unknown>> = {}): Promise<Response> =>
      world.call('POST', '/v1/embed/claims', { token, body, headers: { origin: ORIGIN, dpop: await browser.prove({ htu: CLAIMS_URL }) } }),
    /** Says something in a new session and waits for the answer. */
    talk: async (token: string, text: string, session?: string): Promise<string> => {
      const id = session ?? (await world.newSession(token));
      const answer = await world.call('POST', `/v1/sessions/${id}/runs`, { token, body: runInput(text) });
      if (answer.status !== 200) throw new Error(`The run answered ${answer.status}: ${await answer.text()}`);
      await answer.text();
      return id;
    },
    read: async <T>(path: string, token: string): Promise<T> => {
      const answer = await world.call('GET', path, { token });
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
      return (await answer.json()) as T;
    },
  };
}

export type People = Awaited<ReturnType<typeof openPeople>>;

export async function problemOf(answer: Response | Promise<Response>): Promise<{ status: number; code: unknown }> {
  const response = await answer;
  const { code } = (await response.json()) as { code: unknown };
  return { status: response.status, code };
}
