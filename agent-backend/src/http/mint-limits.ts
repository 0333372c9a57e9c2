import { LIMITS } from '@familiar/protocol';
import { claimedHolder } from '../identity/claimed-holder.ts';
import { HttpProblem } from './problem.ts';
import type { Call } from './route.ts';

const HOUR_MS = 3_600_000;

/**
 * Counts a mint before anything is verified. One of a browser that is known here counts for that browser alone; every other
 * for its address, since keys cost nothing to make (docs/decisions/026-renewals-are-counted-by-browser.md). Both per agent:
 * one with a small burst, or a made-up embed key, drains nobody else's. Returns what to call once the mint is granted, by
 * which time the proof has been verified. Throws `rate_limited`.
 */
export async function takeMint({ services, address, body, request }: Call): Promise<() => void> {
  const members: Readonly<Record<string, unknown>> = typeof body === 'object' && body !== null ? { ...body } : {};
  const agent = services.embedKeys.find(members['embed_key'])?.agent ?? '';
  const limits = services.findAgent(agent)?.limits ?? {};
  const rate = { burst: limits.mintBurst ?? LIMITS.mintBurst, perMs: (limits.mintsPerHour ?? LIMITS.mintsPerHour) / HOUR_MS };
  const holder = await claimedHolder({ proof: request.headers.get('dpop'), anonymousSecret: members['anonymous_secret'] });
  const isKnown = holder !== null && services.browsers.has(agent, holder);
  // With its address: whoever has seen a proof of this browser can claim to be it, but not use it up from elsewhere.
  const waitMs = services.rates.take(JSON.stringify(isKnown ? ['renewal', agent, address, holder] : ['mint', agent, address]), rate);
  if (waitMs > 0)
    throw new HttpProblem(
      'rate_limited',
      `Too many new session tokens from this ${isKnown ? 'browser' : 'address'}. Wait, then try again.`,
      { retryAfterS: waitMs / 1000 },
    );
  return () => {
    if (holder !== null) services.browsers.note(agent, holder);
  };
}
