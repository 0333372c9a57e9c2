import type { Clock } from '../config/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time on and runs what falls due, in order. */
  advance(ms: number): void;
  /** Delays that were asked for, in order. */
  readonly asked: readonly number[];
}

export function createManualClock(startUnixSeconds = 1_800_000_000): ManualClock {
  let now = 1_000;
  const asked: number[] = [];
  const due = new Map<number, { at: number; run: () => void }>();
  let next = 0;
  return {
    asked,
    now: () => now,
    unixSeconds: () => startUnixSeconds + Math.floor(now / 1_000),
    after(delayMs, run) {
      asked.push(delayMs);
      next += 1;
      const key = next;
      due.set(key, { at: now + delayMs, run });
      return () => due.delete(key);
    },
    advance(ms) {
      now += ms;
      for (const [key, timer] of [...due].sort(([, a], [, b]) => a.at - b.at)) {
        if (timer.at <= now && due.delete(key)) timer.run();
      }
    },
  };
}
