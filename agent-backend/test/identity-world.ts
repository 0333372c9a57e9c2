import { randomBytes, randomUUID, type webcrypto } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { createEmbedKeys, type EmbedKeyEntry } from '../src/identity/embed-keys.ts';
import { createIdentityKeys, type IdentityKeyEntry, type IdentityKeys } from '../src/identity/identity-keys.ts';
import { createProofNonces } from '../src/identity/proof-nonce.ts';
import { createSecretKeys } from '../src/identity/secret-keys.ts';
import { createSessionTokens } from '../src/identity/session-token.ts';
import { createAuthenticate } from '../src/instance/authenticate.ts';
import { createMint, type MintAgent, type MintCall, type MintResult } from '../src/instance/mint.ts';
import { openStore } from '../src/store/open-store.ts';

export const AGENT = 'acme/helper';
export const OTHER_AGENT = 'acme/other';
export const ISSUER = 'acme';
export const ORIGIN = 'https://shop.example';
export const MINT_URL = 'https://api.example/v1/embed/session-tokens';
/** Sat, 21 Nov 2026, on a whole second. */
export const START_MS = 1_795_219_200_000;

export const randomSecret = (): string => randomBytes(32).toString('base64url');

export type Claims = Readonly<Record<string, unknown>>;

/** A browser with a key of its own, and jose as the independent maker of its proofs. */
export interface Browser {
  readonly jwk: JWK;
  readonly thumbprint: string;
  readonly privateKey: webcrypto.CryptoKey;
  prove(claims?: Claims, header?: Record<string, unknown>): Promise<string>;
}

export async function openBrowser(clock: () => number): Promise<Browser> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  return {
    jwk,
    thumbprint: await calculateJwkThumbprint(jwk),
    privateKey,
    prove: (claims = {}, header = {}) =>
      new SignJWT({ htm: 'POST', htu: MINT_URL, iat: Math.floor(clock() / 1000), jti: randomUUID(), ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey),
  };
}

export interface WorldOptions {
  readonly agent?: Partial<MintAgent>;
  readonly embedKey?: Partial<EmbedKeyEntry>;
  readonly identityKeys?: readonly IdentityKeyEntry[];
}

export interface MintOptions extends Partial<MintCall> {
  readonly browser?: Browser;
}

/** The identity rooms on a real store, wired as the backend wires them, under a clock that the test sets. */
export async function openWorld(options: WorldOptions = {}) {
  const time = { now: START_MS };
  const clock = () => time.now;
  const folder = await mkdtemp(join(tmpdir(), 'familiar-identity-'));
  const store = await openStore({ dataDir: folder, clock });
  const signer = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(signer.publicKey)) };
  const own: IdentityKeyEntry[] = [{ issuer: ISSUER, kid: 'k1', jwk, alg: 'ES256' }, ...(options.identityKeys ?? [])];
  const configured = await createIdentityKeys({ [AGENT]: own, [OTHER_AGENT]: own });
  const revoked = new Set<string>();
  const identityKeys: IdentityKeys = {
    async find(agent, kid) {
      const key = await configured.find(agent, kid);
      return key !== null && revoked.has(kid) ? { ...key, status: 'revoked' } : key;
    },
  };
  const embedKeys = createEmbedKeys([
    { key: 'pk_helper', agent: AGENT, origins: [ORIGIN], ...options.embedKey },
    { key: 'pk_other', agent: OTHER_AGENT, origins: [ORIGIN] },
    { key: 'pk_disabled', agent: AGENT, origins: [ORIGIN], enabled: false },
  ]);
  const serverSecret = `sk_${randomSecret()}`;
  const secretKeys = createSecretKeys([{ name: 'shop', agent: AGENT, secret: serverSecret }]);
  const sessionSecret = randomSecret();
  const sessionTokens = await createSessionTokens({ secrets: [{ kid: 's1', secret: sessionSecret }], store, clock, identityKeys });
  const nonces = createProofNonces({ secret: randomBytes(32), clock });
  const agents = new Map<string, MintAgent>(
    [AGENT, OTHER_AGENT].map((name) => [name, { name, softIds: 'shared', softInstances: false, ...options.agent }]),
  );
  const deps = {
    store,
    clock,
    embedKeys,
    identityKeys,
    secretKeys,
    sessionTokens,
    nonces,
    findAgent: (name: string) => agents.get(name) ?? null,
  };
  const mintCall = createMint(deps);
  const browser = await openBrowser(clock);
  return {
    ...deps,
    time,
    revoked,
    signer,
    sessionSecret,
    serverSecret,
    browser,
    authenticate: createAuthenticate(deps),
    /** An identity token for alice; a claim of `undefined` is left out. */
    sign: (claims: Claims = {}, header: Record<string, unknown> = {}) => {
      const iat = Math.floor(clock() / 1000);
      const payload = { sub: 'alice', aud: AGENT, iss: ISSUER, iat, exp: iat + 600, jti: randomUUID(), ...claims };
      return new SignJWT(JSON.parse(JSON.stringify(payload)) as Claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'identity+jwt', ...header })
        .sign(signer.privateKey);
    },
    mint: async (body: Claims = {}, { browser: by = browser, ...call }: MintOptions = {}): Promise<MintResult> =>
      mintCall({
        body: { embed_key: 'pk_helper', ...body },
        method: 'POST',
        url: MINT_URL,
        origin: ORIGIN,
        proof: 'anonymous_secret' in body ? null : await by.prove(),
        authorization: null,
        ...call,
      }),
    countRows: async (): Promise<number> => {
      const tables = ['instances', 'sessions', 'token_bindings', 'proofs', 'revoked_tokens'];
      const counts = await Promise.all(tables.map((table) => store.rows(`SELECT count(*) AS n FROM ${table}`)));
      return counts.reduce((sum, [row]) => sum + Number(row?.['n']), 0);
    },
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** The response of a mint that must have been granted. */
export function minted(result: MintResult) {
  if (result.kind === 'minted') return result.response;
  throw new Error(`refused: ${result.code}`);
}

/** The code of a mint that must have been refused. */
export function refused(result: { readonly kind: string; readonly code?: string }): string {
  if (result.code !== undefined) return result.code;
  throw new Error('not refused');
}
