import { createHash } from 'node:crypto';
import { type Logger, pino } from 'pino';
import type { Agent } from './agents/agent.ts';
import { type AgentConfig, type Config, defineConfig, type Environment } from './config/config.ts';
import { readIdentityKey, readSecret, readSessionSecrets, type SessionSecret } from './config/secrets.ts';
import type { ConnectionInfo } from './http/address.ts';
import { createApp } from './http/app.ts';
import { createKnownBrowsers } from './http/known-browsers.ts';
import { createRateTable, createSlotTable } from './http/limits.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import type { AgentFacts } from './http/services.ts';
import type { Clock } from './identity/clock.ts';
import { createEmbedKeys } from './identity/embed-keys.ts';
import { createIdentityKeyring } from './identity/identity-keyring.ts';
import type { KeySetFailure } from './identity/remote-key-set.ts';
import { createProofNonces } from './identity/proof-nonce.ts';
import { createSecretKeys } from './identity/secret-keys.ts';
import { createSessionTokens } from './identity/session-token.ts';
import { createAuthenticate } from './instance/authenticate.ts';
import { createMint } from './instance/mint.ts';
import { createRetention } from './retention.ts';
import { createEngine, type RunReport } from './runs/index.ts';
import { createClaims } from './sessions/index.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';

/** A running backend without a port: `Request → Response`. */
export interface Backend {
  /** Answers one request; never rejects. */
  fetch(request: Request, info?: ConnectionInfo): Promise<Response>;
  /** No new runs; waits for the running ones (default 25,000 ms), ends the rest as interrupted, and closes the store. */
  close(patienceMs?: number): Promise<void>;
}

export interface BackendOptions {
  /** Default `process.env`. */
  readonly env?: Environment;
  /** Default `Date.now`. */
  readonly clock?: Clock;
  /** JSON lines without token, id or text. Default: silent. */
  readonly log?: Logger;
  /** Opens the store that the configuration names. Default: `openStore`. */
  readonly openStore?: typeof openStore;
  /** Milliseconds that a silent process keeps its runs; then any other on the same store ends them. Default 30,000. */
  readonly leaseMs?: number;
}

/**
 * Opens the store, ends what a dead process left running, and wires the rooms. Throws `TypeError` for a mistaken
 * configuration, `StoreError` if the store cannot be opened.
 */
export async function createBackend(config: Config, options: BackendOptions = {}): Promise<Backend> {
  const checked = defineConfig(config);
  const { env = process.env, clock = Date.now, log = pino({ level: 'silent' }) } = options;
  const { agents, databaseUrl, dataDir = '.data' } = checked;
  const secrets = readSessionSecrets(config, env, dataDir);
  const speakers = new Map<string, Agent>();
  for (const [name, { agent }] of Object.entries(agents)) speakers.set(name, typeof agent === 'function' ? await agent(env) : agent);
  const keys = readKeys(agents, env);
  const store = await (options.openStore ?? openStore)({ databaseUrl, dataDir, clock });
  try {
    return await wire(checked, { secrets, speakers, keys, store, clock, log, leaseMs: options.leaseMs });
  } catch (error) {
    // Whoever mends the mistake and tries again in this process finds the data folder free.
    await store.close();
    throw error;
  }
}

interface Opened {
  readonly secrets: readonly SessionSecret[];
  readonly speakers: ReadonlyMap<string, Agent>;
  readonly keys: ReturnType<typeof readKeys>;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leaseMs: number | undefined;
}

async function wire(checked: Config, { secrets, speakers, keys, store, clock, log, leaseMs }: Opened): Promise<Backend> {
  const { agents } = checked;
  const report = (failure: KeySetFailure): void => log.warn({ event: 'key_set_unavailable', ...failure }, 'identity');
  const identityKeys = await createIdentityKeyring(keys.identityKeys, { store, clock, report });
  const metrics = createMetrics();
  const sessionTokens = await createSessionTokens({ secrets, store, clock, identityKeys });
  const nonceKey = createHash('sha256').update(`proof nonces ${secrets[0]?.secret}`).digest();
  const identity = { ...keys, identityKeys, store, clock, sessionTokens, nonces: createProofNonces({ secret: nonceKey, clock }) };
  const findAgent = (name: string): Agent | null => speakers.get(name) ?? null;
  const engine = createEngine({ store, clock, leaseMs, findAgent, report: (event) => reportRun(event, { log, metrics }) });
  await engine.recover();
  const retention = createRetention({ store, clock, engine, log });
  const app = createApp({
    ...identity,
    engine,
    metrics,
    log,
    mint: createMint({ ...identity, findAgent: (name) => mintSettings(name, agents) }),
    authenticate: createAuthenticate(identity),
    claims: createClaims({ ...identity, claimSetting: (name) => own(agents, name)?.claim ?? 'ask' }),
    findAgent: (name) => describeAgent(agents, { name, badge: findAgent(name)?.badge }),
    rates: createRateTable(clock),
    browsers: createKnownBrowsers(clock),
    streams: createSlotTable(),
    publicUrl: checked.publicUrl ?? null,
    trustedProxies: checked.trustedProxies ?? 0,
  });
  return {
    fetch: (request, info = { address: null }) => app(request, info),
    async close(patienceMs = 25_000) {
      await engine.drain(patienceMs);
      await retention.stop();
      await store.close();
    },
  };
}

type Agents = Config['agents'];

function readKeys(agents: Agents, env: Environment) {
  const all = Object.entries(agents);
  const embedKeys = createEmbedKeys(all.flatMap(([agent, { embedKeys = [] }]) => embedKeys.map((key) => ({ ...key, agent }))));
  const secretKeys = createSecretKeys(
    all.flatMap(([agent, { secretKeys = [] }]) => secretKeys.map((key) => ({ name: key.name, agent, secret: readSecret(key, env) }))),
  );
  const identityKeys = Object.fromEntries(
    all.map(([agent, { identityKeys = [] }]) => [agent, identityKeys.map((key) => readIdentityKey(key, env))]),
  );
  return { embedKeys, secretKeys, identityKeys };
}

function mintSettings(name: string, agents: Agents) {
  const agent = own(agents, name);
  if (agent === null) return null;
  const { messageBytes, queuedMessages } = agent.limits ?? {};
  return {
    name,
    softIds: agent.softIds ?? 'shared',
    softInstances: agent.softInstances ?? false,
    ...(messageBytes === undefined ? {} : { messageBytes }),
    ...(queuedMessages === undefined ? {} : { queuedMessages }),
  } as const;
}

function describeAgent(agents: Agents, { name, badge }: { readonly name: string; readonly badge: string | undefined }): AgentFacts | null {
  const agent = own(agents, name);
  if (agent === null) return null;
  return {
    limits: agent.limits ?? {},
    embedConfig: {
      name: agent.name,
      greeting: agent.greeting ?? '',
      suggestions: agent.suggestions ?? [],
      ...(badge === undefined ? {} : { badge }),
      theme: agent.theme ?? {},
      texts: agent.texts ?? {},
      flags: { soft_ids: agent.softIds ?? 'shared', claim: agent.claim ?? 'ask', image_origins: agent.imageOrigins ?? [] },
    },
  };
}

function own(agents: Agents, name: string): AgentConfig | null {
  return Object.hasOwn(agents, name) ? (agents[name] ?? null) : null;
}

function reportRun(report: RunReport, { log, metrics }: { readonly log: Logger; readonly metrics: Metrics }): void {
  const { event, status, durationMs, error } = report;
  if (event === 'run_started') metrics.count('familiar_runs_started_total');
  else if (event !== 'housekeeping_failed') metrics.count('familiar_runs_ended_total', { status: status ?? 'unknown' });
  // The message of an error may hold what a visitor wrote; its name and code do not.
  const cause = error instanceof Error ? { error: error.name, code: 'code' in error ? String(error.code) : undefined } : {};
  const level = error === undefined || error === null ? 'info' : 'warn';
  log[level]({ event, status, durationMs, ...cause }, 'run');
}
