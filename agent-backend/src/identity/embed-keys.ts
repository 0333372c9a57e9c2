import { parseAgentName } from '@familiar/protocol';
import { parseOrigin } from './origins.ts';

/** The least level that a mint with this key may give. */
export type MinLevel = 'anonymous' | 'soft' | 'verified';

export interface EmbedKeyEntry {
  /** `pk_…`: publishable, not a secret. */
  readonly key: string;
  readonly agent: string;
  /** Exact origins of the pages that may use it. */
  readonly origins: readonly string[];
  /** Default true. */
  readonly enabled?: boolean;
  /** Every request is proven, not only the mint. Default false. */
  readonly strictBinding?: boolean;
  /** Default `anonymous`. */
  readonly minLevel?: MinLevel;
}

export interface EmbedKey {
  readonly key: string;
  readonly agent: string;
  readonly origins: ReadonlySet<string>;
  readonly enabled: boolean;
  readonly strictBinding: boolean;
  readonly minLevel: MinLevel;
}

export interface EmbedKeys {
  find(key: unknown): EmbedKey | null;
  /** Origins of all enabled keys: a preflight names no key. */
  readonly origins: ReadonlySet<string>;
}

const FORM = /^pk_[A-Za-z0-9_-]{3,64}$/;

/** Reads the configured embed keys. Throws `TypeError` for a bad key, agent or origin, and for one key listed twice. */
export function createEmbedKeys(entries: readonly EmbedKeyEntry[]): EmbedKeys {
  const keys = new Map<string, EmbedKey>();
  for (const entry of entries) {
    if (!FORM.test(entry.key)) throw new TypeError('An embed key is "pk_" and 3 to 64 characters of A–Z, a–z, 0–9, "_" and "-".');
    if (keys.has(entry.key)) throw new TypeError('The same embed key is listed twice.');
    if (parseAgentName(entry.agent) === null) throw new TypeError('The agent of an embed key is "org/agent".');
    keys.set(entry.key, {
      key: entry.key,
      agent: entry.agent,
      origins: new Set(entry.origins.map((origin) => parseOrigin(origin))),
      enabled: entry.enabled ?? true,
      strictBinding: entry.strictBinding ?? false,
      minLevel: entry.minLevel ?? 'anonymous',
    });
  }
  const enabled = [...keys.values()].filter((key) => key.enabled);
  return {
    find: (key) => (typeof key === 'string' ? (keys.get(key) ?? null) : null),
    origins: new Set(enabled.flatMap((key) => [...key.origins])),
  };
}
