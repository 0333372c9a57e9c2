import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MintResponse } from '@familiar/protocol';
import type { Logger } from 'pino';
import type { Agent } from '../src/agents/agent.ts';
import { functionAgent } from '../src/agents/function-agent.ts';
import { type BackendOptions, createBackend } from '../src/backend.ts';
import type { AgentConfig } from '../src/config/config.ts';
import { type Browser, openBrowser } from './identity-world.ts';

export const AGENT = 'acme/helper';
export const ORIGIN = 'https://shop.example';
const BASE = 'https://api.example';

export const echoAgent: Agent = functionAgent(async function* ({ history }) {
  yield 'You said: ';
  yield history.at(-1)?.text ?? '';
});

export interface HttpWorldOptions {
  readonly agent?: Partial<AgentConfig>;
  readonly databaseUrl?: string;
  readonly trustedProxies?: number;
  /** Default `Date.now`. */
  readonly clock?: () => number;
  readonly log?: Logger;
  readonly openStore?: BackendOptions['openStore'];
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
  readonly address?: string;
  readonly rawHeaders?: readonly string[];
}

/** A whole backend in process, without a port, on a store of its own. */
export async function openHttpWorld(options: HttpWorldOptions = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'familiar-http-'));
  const secretKey = `sk_${randomBytes(24).toString('base64url')}`;
  const embedKey = `pk_${randomBytes(16).toString('base64url')}`;
  const agent: AgentConfig = {
    name: 'Helper',
    agent: echoAgent,
    embedKeys: [{ key: embedKey, origins: [ORIGIN] }],
    secretKeys: [{ name: 'server', secret: secretKey }],
    ...options.agent,
  };
  const { databaseUrl, trustedProxies, clock, log, openStore } = options;
  const backend = await createBackend(
    {
      agents: { [AGENT]: agent },
      dataDir,
      publicUrl: BASE,
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      ...(trustedProxies === undefined ? {} : { trustedProxies }),
    },
    {
      env: {},
      ...(clock === undefined ? {} : { clock }),
      ...(log === undefined ? {} : { log }),
      ...(openStore === undefined ? {} : { openStore }),
    },
  ).catch((error: unknown) => {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  });
  const call = (method: string, path: string, { token, body, raw, headers, address, rawHeaders }: CallOptions = {}) => {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const request = new Request(BASE + path, {
      method,
      headers: {
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    return backend.fetch(request, { address: address ?? '203.0.113.1', ...(rawHeaders === undefined ? {} : { rawHeaders }) });
  };
  async function mint(members: Record<string, unknown> = {}, browser?: Browser): Promise<MintResponse> {
    const made = browser ?? (await openBrowser(clock ?? Date.now));
    const answer = await call('POST', '/v1/embed/session-tokens', {
      body: { embed_key: embedKey, ...members },
      headers: { origin: ORIGIN, dpop: await made.prove() },
      address: `198.51.100.${randomBytes(1)[0]}`,
    });
    if (answer.status !== 200) throw new Error(`The mint answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as MintResponse;
  }
  async function newSession(token: string, path = '/v1/sessions', metadata: Record<string, unknown> = {}): Promise<string> {
    const answer = await call('POST', path, { token, body: { metadata } });
    if (answer.status !== 201) throw new Error(`The session answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { id: string }).id;
  }
  async function close(): Promise<void> {
    await backend.close(0);
    rmSync(dataDir, { recursive: true, force: true });
  }
  return { backend, call, mint, newSession, close, embedKey, secretKey, dataDir };
}

export type HttpWorld = Awaited<ReturnType<typeof openHttpWorld>>;

export function runInput(text: string, runId: string = randomUUID()) {
  return { runId, state: {}, tools: [], context: [], forwardedProps: {}, messages: [{ id: randomUUID(), role: 'user', content: text }] };
}
