import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { MintResponse } from '@familiar/protocol';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { functionAgent } from '../../src/agents/function-agent.ts';
import { createBackend } from '../../src/backend.ts';
import type { AgentConfig, Config } from '../../src/config/config.ts';
import { type Browser, openBrowser } from '../identity-world.ts';

export const AGENT = 'acme/helper';
export const OTHER_AGENT = 'acme/other';
export const ORIGIN = 'https://shop.example';
export const BASE = 'https://api.example';
export const MINT_PATH = '/v1/embed/session-tokens';

/** Remembers every word, and recites all that it can reach: whatever leaks into an instance, it says aloud. */
const chattyAgent = functionAgent(async function* ({ history, memory }) {
  yield JSON.stringify({ memory: await memory.list(), history });
  await memory.remember(history.at(-1)?.text ?? '');
});

export type Members = Readonly<Record<string, unknown>>;

export interface Sent {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Door {
  readonly agent: string;
  readonly embedKey: string;
  readonly secretKey: string;
}

/** Limits that an attack of a hundred tries does not run into. */
const WIDE = { mintsPerHour: 1_000_000, mintBurst: 100_000, anonymousMessagesPerMinute: 10_000, anonymousMessagesPerDay: 10_000 };

export interface AttackOptions {
  readonly agent?: Partial<AgentConfig>;
  readonly config?: Partial<Config>;
  readonly strictBinding?: boolean;
}

/** A backend in process with two agents that trust one signer, under a clock that the attack may turn. */
export async function openAttackWorld(options: AttackOptions = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'familiar-attack-'));
  const time = { shiftMs: 0 };
  const clock = (): number => Date.now() + time.shiftMs;
  const signer = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(signer.publicKey)) };
  const doors = { helper: makeDoor(AGENT), other: makeDoor(OTHER_AGENT) };
  const configOf = ({ embedKey, secretKey }: Door): AgentConfig => ({
    name: 'Helper',
    agent: chattyAgent,
    embedKeys: [{ key: embedKey, origins: [ORIGIN], strictBinding: options.strictBinding ?? false }],
    secretKeys: [{ name: 'server', secret: secretKey }],
    identityKeys: [{ issuer: 'acme', kid: 'k1', jwk, alg: 'ES256' }],
    limits: WIDE,
    ...options.agent,
  });
  const agents = { [AGENT]: configOf(doors.helper), [OTHER_AGENT]: configOf(doors.other) };
  const backend = await createBackend({ agents, dataDir, publicUrl: BASE, ...options.config }, { env: {}, clock });

  const call = (method: string, path: string, { token, body, headers }: Sent = {}): Promise<Response> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return backend.fetch(new Request(BASE + path, { method, headers: { ...type, ...bearer, ...headers }, ...sent }));
  };
  /** The answer of a mint, whatever it is. */
  const tryMint = async (browser: Browser, members: Members = {}, door: Door = doors.helper): Promise<Response> =>
    call('POST', MINT_PATH, {
      body: { embed_key: door.embedKey, ...members },
      headers: { origin: ORIGIN, dpop: await browser.prove() },
    });
  const sign = (claims: Members = {}, header: Members = {}): Promise<string> => {
    const iat = Math.floor(clock() / 1000);
    const payload = { sub: 'alice', aud: AGENT, iss: 'acme', iat, exp: iat + 600, jti: randomUUID(), ...claims };
    return new SignJWT(JSON.parse(JSON.stringify(payload)) as Record<string, unknown>)
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'identity+jwt', ...header })
      .sign(signer.privateKey);
  };
  const newBrowser = (): Promise<Browser> => openBrowser(clock);
  /** A session token that must be granted. */
  const mint = async (members: Members = {}, { browser, door }: { readonly browser?: Browser; readonly door?: Door } = {}) => {
    const answer = await tryMint(browser ?? (await newBrowser()), members, door);
    if (answer.status !== 200) throw new Error(`The mint answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as MintResponse;
  };
  const signIn = async (sub: string, door: Door = doors.helper, browser?: Browser): Promise<MintResponse> =>
    mint({ identity_token: await sign({ sub, aud: door.agent }) }, { door, ...(browser === undefined ? {} : { browser }) });
  return {
    backend,
    call,
    tryMint,
    sign,
    signer,

    mint,
    signIn,
    newBrowser,
    doors,
    time,
    dataDir,
    countRows: () => countRows(join(dataDir, 'familiar.db')),
    close: async () => {
      await backend.close(0);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type AttackWorld = Awaited<ReturnType<typeof openAttackWorld>>;

function makeDoor(agent: string): Door {
  return { agent, embedKey: `pk_${randomBytes(16).toString('base64url')}`, secretKey: `sk_${randomBytes(24).toString('base64url')}` };
}

/** Rows of every table there is, as another process sees them. */
export function countRows(file: string): Record<string, number> {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").all();
    const names = tables.map(({ name }) => String(name));
    return Object.fromEntries(names.map((name) => [name, Number(db.prepare(`SELECT count(*) AS n FROM "${name}"`).get()?.['n'])]));
  } finally {
    db.close();
  }
}

/** Status and code of a problem; of a success, the status alone. */
export async function verdictOf(answer: Response | Promise<Response>): Promise<string> {
  const response = await answer;
  if (response.ok) {
    await response.body?.cancel();
    return String(response.status);
  }
  const { code } = (await response.json()) as { code: unknown };
  return `${response.status} ${String(code)}`;
}

export function say(text: string, runId: string = randomUUID()) {
  return { runId, state: {}, tools: [], context: [], forwardedProps: {}, messages: [{ id: randomUUID(), role: 'user', content: text }] };
}
