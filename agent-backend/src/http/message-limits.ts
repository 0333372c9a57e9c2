import { LIMITS } from '@familiar/protocol';
import { HttpProblem } from './problem.ts';
import type { Call } from './route.ts';
import type { Subject } from './subject.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Counts a message of somebody who has shown nothing but a browser, under whatever id: a soft one is only typed. Returns what
 * corrects the count to the messages that were stored, 0 for none: a request may hold many.
 */
export function takeMessage(call: Call, { scope, participant }: Subject): (stored: number) => void {
  const { principal, services } = call;
  if (participant.level === 'verified' || principal?.kind !== 'participant') return () => undefined;
  const limits = services.findAgent(scope.agent)?.limits ?? {};
  const perMinute = limits.anonymousMessagesPerMinute ?? LIMITS.anonymousMessagesPerMinute;
  const perDay = limits.anonymousMessagesPerDay ?? LIMITS.anonymousMessagesPerDay;
  const [minute, day] = ['minute', 'day'].map((span) => `${span} ${JSON.stringify([scope.agent, principal.holder])}`) as [string, string];
  const waitMs = services.rates.take(minute, { burst: perMinute, perMs: perMinute / MINUTE_MS });
  if (waitMs > 0) throw new HttpProblem('rate_limited', 'Too many messages in a minute. Wait a little.', { retryAfterS: waitMs / 1000 });
  const resetMs = services.rates.take(day, { burst: perDay, perMs: perDay / DAY_MS });
  if (resetMs > 0) {
    services.rates.give(minute, 1);
    const resetsAt = new Date(services.clock() + resetMs).toISOString();
    throw new HttpProblem('limit_reached', 'This visitor has used up the messages of a day.', { resetsAt });
  }
  return (stored) => {
    services.rates.give(minute, 1 - stored);
    services.rates.give(day, 1 - stored);
  };
}
