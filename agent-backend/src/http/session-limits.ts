import { LIMITS } from '@familiar/protocol';
import { HttpProblem } from './problem.ts';
import type { Call } from './route.ts';
import type { Subject } from './subject.ts';

const HOUR_MS = 3_600_000;

/**
 * Counts a new session of somebody who has shown nothing but a browser, under whatever id: each is a row that is kept. Whom a
 * customer's server vouches for, by key or by signature, is that server's to limit. Throws `rate_limited`.
 */
export function takeSession({ principal, services }: Call, { scope, participant }: Subject): void {
  if (participant.level === 'verified' || principal?.kind !== 'participant') return;
  const limits = services.findAgent(scope.agent)?.limits ?? {};
  const perHour = limits.anonymousSessionsPerHour ?? LIMITS.anonymousSessionsPerHour;
  const burst = limits.anonymousSessionBurst ?? LIMITS.anonymousSessionBurst;
  const waitMs = services.rates.take(JSON.stringify(['session', scope.agent, principal.holder]), { burst, perMs: perHour / HOUR_MS });
  if (waitMs > 0)
    throw new HttpProblem('rate_limited', 'Too many new conversations. Go on in one of them, or wait.', { retryAfterS: waitMs / 1000 });
}
