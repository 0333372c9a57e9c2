export const SILENCE_LIMIT_MS = 40_000;
const BASE_MS = 500;
const CAP_MS = 30_000;

/**
 * How long to wait before attempt `attempt` (from 0): 0.5 s·2ⁿ, 30 s at most, full jitter; never less than the server's
 * `Retry-After`, to which half a second of jitter is added so that not everybody comes back at once.
 */
export function retryDelayMs(attempt: number, random: () => number, retryAfterMs?: number): number {
  if (retryAfterMs !== undefined) return retryAfterMs + random() * BASE_MS;
  return random() * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 16));
}

/** Answers after which trying again cannot help (contract §7). */
export function isFinal(status: number): boolean {
  return status === 400 || status === 401 || status === 403 || status === 404 || status === 410;
}
