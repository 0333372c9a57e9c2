import type { EmbedConfig } from '@familiar/protocol';
import type { Logger } from 'pino';
import type { LimitsConfig } from '../config/config.ts';
import type { Clock } from '../identity/clock.ts';
import type { EmbedKeys } from '../identity/embed-keys.ts';
import type { IdentityKeyring } from '../identity/identity-keyring.ts';
import type { Principal } from '../identity/principal.ts';
import type { SessionTokens } from '../identity/session-token.ts';
import type { AuthenticateCall } from '../instance/authenticate.ts';
import type { IdentityProblem, MintCall, MintResult } from '../instance/mint.ts';
import type { Engine } from '../runs/index.ts';
import type { Claims } from '../sessions/index.ts';
import type { Store } from '../store/store.ts';
import type { KnownBrowsers } from './known-browsers.ts';
import type { RateTable, SlotTable } from './limits.ts';
import type { Metrics } from './metrics.ts';

/** What visitors are shown of an agent, and what it allows. */
export interface AgentFacts {
  readonly limits: LimitsConfig;
  readonly embedConfig: Omit<EmbedConfig, 'agent' | 'flags'> & { readonly flags: Omit<EmbedConfig['flags'], 'strict_binding'> };
}

/** Everything that the routes are wired to. */
export interface Services {
  readonly store: Store;
  readonly clock: Clock;
  readonly engine: Engine;
  readonly embedKeys: EmbedKeys;
  readonly identityKeys: IdentityKeyring;
  readonly sessionTokens: SessionTokens;
  readonly claims: Claims;
  readonly mint: (call: MintCall) => Promise<MintResult>;
  readonly authenticate: (call: AuthenticateCall) => Promise<Principal | IdentityProblem>;
  readonly findAgent: (name: string) => AgentFacts | null;
  readonly rates: RateTable;
  readonly browsers: KnownBrowsers;
  readonly streams: SlotTable;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Base of absolute addresses as browsers see them; `null`: as each request says. */
  readonly publicUrl: string | null;
  readonly trustedProxies: number;
}
