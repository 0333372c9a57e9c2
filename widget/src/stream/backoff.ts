import type { Failure } from '../session/failure.ts';

export const SILENCE_LIMIT_MS = 40_000;
/** After so many in a row it is for the visitor to ask again. */
export const MAX_ATTEMPTS = 10;
const BASE_MS = 500;
const CAP_MS = 30_000;

/**
 * How long to wait before attempt `attempt` (from 0): 0.5 s·2ⁿ, 30 s at most, full jitter; never less than the server's
 * `Retry-After`, to which half a second of jitter is added so that not everybody comes back at once.
 */
export function retryDelayMs(attempt: number, random: () => number, retryAfterMs?: number): number {
  return retryAfterMs === undefined ? random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt) : retryAfterMs + random() * BASE_MS;
}

/**
 * Whether trying again cannot help (contract §7): 400, 401, 403, 404, 410 and what else the request itself is to blame
 * for, a hard cap, a wait that nobody would sit through, an identity that the page must renew.
 */
export function isFinal({ code, status, retryAfterMs = 0 }: Failure): boolean {
  if (status === 0) return code !== 'network_error' && code !== 'timeout';
  return code === 'limit_reached' || retryAfterMs > CAP_MS || (status < 500 && status !== 408 && status !== 429);
}
