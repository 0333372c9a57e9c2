import type { Clock } from '../identity/clock.ts';

/** What is allowed: `burst` at once, refilled at `perMs` tokens a millisecond. */
export interface Rate {
  readonly burst: number;
  readonly perMs: number;
}

export interface RateTable {
  /** Milliseconds to wait, 0 if it was granted. */
  take(key: string, rate: Rate): number;
  /** Gives tokens back for what did not happen after all, or, below 0, takes more for what turned out larger: a debt to wait off. */
  give(key: string, count: number): void;
}

const MOST_KEYS = 50_000;

/** Token buckets in this process. The table is bounded: when it is full, the key that was used least recently is dropped. */
export function createRateTable(clock: Clock): RateTable {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    take(key, { burst, perMs }) {
      const nowMs = clock();
      const old = buckets.get(key) ?? { tokens: burst, atMs: nowMs };
      const tokens = Math.min(burst, old.tokens + Math.max(0, nowMs - old.atMs) * perMs);
      buckets.delete(key);
      const [oldest] = buckets.keys();
      if (buckets.size >= MOST_KEYS && oldest !== undefined) buckets.delete(oldest);
      const isGranted = tokens >= 1;
      buckets.set(key, { tokens: isGranted ? tokens - 1 : tokens, atMs: nowMs });
      return isGranted ? 0 : Math.ceil((1 - tokens) / perMs);
    },
    give(key, count) {
      const bucket = buckets.get(key);
      if (bucket !== undefined) bucket.tokens += count;
    },
  };
}

export interface SlotTable {
  /** `null` if there are `most` already; else its release, which may be called twice. */
  take(key: string, most: number): (() => void) | null;
}

/** Counts what is open at once, by key. */
export function createSlotTable(): SlotTable {
  const open = new Map<string, number>();
  return {
    take(key, most) {
      const count = open.get(key) ?? 0;
      if (count >= most) return null;
      open.set(key, count + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (open.get(key) ?? 1) - 1;
        if (left === 0) open.delete(key);
        else open.set(key, left);
      };
    },
  };
}
