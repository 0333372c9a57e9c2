import { expect, it } from 'vitest';
import { retryDelayMs } from './backoff.ts';

it('waits 0.5 s doubled, jittered over its whole length, half a minute at most', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => retryDelayMs(attempt, () => 1))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
  ]);
  expect(retryDelayMs(3, () => 0)).toBe(0);
  expect(retryDelayMs(0, () => 0, 7_000)).toBe(7_000);
});
