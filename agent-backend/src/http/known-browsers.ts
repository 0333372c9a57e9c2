import type { Clock } from '../identity/clock.ts';

/** Browsers that hold, or lately held, a session token of an agent. In this process; bounded. */
export interface KnownBrowsers {
  /** A session token of this browser was made here, or shown here and found good. */
  note(agent: string, holder: string): void;
  has(agent: string, holder: string): boolean;
}

const MOST_BROWSERS = 50_000;
const KEPT_MS = 24 * 3_600_000;

export function createKnownBrowsers(clock: Clock): KnownBrowsers {
  const seenAt = new Map<string, number>();
  const keyOf = (agent: string, holder: string): string => JSON.stringify([agent, holder]);
  return {
    note(agent, holder) {
      const key = keyOf(agent, holder);
      seenAt.delete(key);
      const [oldest] = seenAt.keys();
      if (seenAt.size >= MOST_BROWSERS && oldest !== undefined) seenAt.delete(oldest);
      seenAt.set(key, clock());
    },
    has(agent, holder) {
      const at = seenAt.get(keyOf(agent, holder));
      return at !== undefined && clock() - at < KEPT_MS;
    },
  };
}
