import type { Clock } from '../config/clock.ts';
import type { Failure } from '../session/failure.ts';

/** After so many in a row it is for the visitor to ask again. */
export const MAX_ATTEMPTS = 10;
const BASE_MS = 500;
const CAP_MS = 30_000;

/**
 * How long to wait before attempt `attempt` (from 0): 0.5 s·2ⁿ, 30 s at most, full jitter; never less than the server's
 * `Retry-After`, to which half a second of jitter is added so that not everybody comes back at once.
 */
export function retryDelayMs(attempt: number, random: () => number, retryAfterMs = 0): number {
  return retryAfterMs + random() * (retryAfterMs ? BASE_MS : Math.min(CAP_MS, BASE_MS * 2 ** attempt));
}

/**
 * Whether trying again cannot help (contract §7): 400, 401, 403, 404, 410 and what else the request itself is to blame
 * for, a hard cap, a wait that nobody would sit through, an identity that the page must renew.
 */
export function isFinal({ code, status, retryAfterMs = 0 }: Failure): boolean {
  if (status === 0) return code !== 'network_error' && code !== 'timeout';
  return code === 'limit_reached' || retryAfterMs > CAP_MS || (status < 500 && status !== 408 && status !== 429);
}

/** Waits; less when the network is back before, or nobody waits any more. */
export async function pause(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => resolve();
    clock.after(delayMs, end);
    signal.addEventListener('abort', end);
    addEventListener('online', end, { once: true, signal });
  });
}
