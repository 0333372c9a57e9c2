import type { Agent } from '../agents/agent.ts';
import type { EmbedKeyEntry } from '../identity/embed-keys.ts';
import type { IdentityKeySource, IdentityKeyStatus } from '../identity/identity-keys.ts';
import { parseConfig } from './schema.ts';

/** Environment variables, as `process.env` gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a secret stands: in an environment variable, in a file, or here (for tests and throw-away keys). */
export type SecretSource = { readonly env: string } | { readonly file: string } | { readonly secret: string };

export type SecretKeyConfig = { readonly name: string } & SecretSource;

interface FileKey {
  readonly issuer: string;
  /** A JSON file with a public JWK or a JWK set. */
  readonly file: string;
  readonly kid?: string;
  readonly status?: IdentityKeyStatus;
  readonly retiredAtMs?: number;
}

interface EnvKey {
  readonly issuer: string;
  /** An environment variable with an HS256 secret. */
  readonly env: string;
  readonly kid: string;
  readonly status?: IdentityKeyStatus;
  readonly retiredAtMs?: number;
}

export type IdentityKeyConfig = IdentityKeySource | FileKey | EnvKey;

/** Each has its default in the contract, §10. */
export interface LimitsConfig {
  readonly messageBytes?: number;
  readonly queuedMessages?: number;
  readonly mintsPerHour?: number;
  readonly mintBurst?: number;
  readonly anonymousMessagesPerMinute?: number;
  readonly anonymousMessagesPerDay?: number;
  readonly anonymousSessionsPerHour?: number;
  readonly anonymousSessionBurst?: number;
  readonly streamsPerParticipant?: number;
  readonly streamsPerAddress?: number;
}

/** One agent: what it says, who may use it, what an id opens. */
export interface AgentConfig {
  /** Shown to visitors. */
  readonly name: string;
  readonly greeting?: string;
  readonly suggestions?: readonly string[];
  readonly agent: Agent | ((env: Environment) => Agent | Promise<Agent>);
  readonly embedKeys?: readonly Omit<EmbedKeyEntry, 'agent'>[];
  readonly secretKeys?: readonly SecretKeyConfig[];
  readonly identityKeys?: readonly IdentityKeyConfig[];
  /** What a soft id opens (R9). Default `shared`. */
  readonly softIds?: 'shared' | 'browser' | 'refuse';
  /** May a page name a shared instance by itself (R11)? Default false. */
  readonly softInstances?: boolean;
  /** May a visitor take an anonymous conversation along (§5)? Default `ask`. */
  readonly claim?: 'ask' | 'never';
  readonly limits?: LimitsConfig;
  /** Exact origins of images that are shown without asking. Default none. */
  readonly imageOrigins?: readonly string[];
  readonly theme?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
}

export interface Config {
  /** By `org/agent`. */
  readonly agents: Readonly<Record<string, AgentConfig>>;
  /** Where browsers reach this backend, such as `https://chat.example`. Default: as each request says. */
  readonly publicUrl?: string;
  /** Default 4100. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Folder of the embedded store and of generated secrets. Default `.data`. */
  readonly dataDir?: string;
  /** `postgres://…`; without it, the embedded store. */
  readonly databaseUrl?: string;
  /** How many proxies in front of this process set X-Forwarded-For. Default 0. */
  readonly trustedProxies?: number;
  /** The first signs session tokens, all verify. Default: FAMILIAR_SESSION_SECRET, else a file made in `dataDir`. */
  readonly sessionTokenKeys?: readonly ({ readonly kid: string } & SecretSource)[];
}

/** Checks a configuration and returns it. Throws `TypeError` that names each mistaken field and says how to mend it. */
export function defineConfig(config: Config): Config {
  return parseConfig(config);
}
