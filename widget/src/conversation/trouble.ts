import { toFailure } from '../session/failure.ts';
import type { Trouble } from './conversation.ts';

/** By the words of the wire's codes; the first that fits. */
const MENDS: readonly (readonly [RegExp, Trouble['mend']])[] = [
  [/^(session_)?token_|^identity_|^step_up/, 'sign-in'],
  [/limit|budget|draining|queue/, 'wait'],
  [/^(network|internal|model|agent)_|timeout|interrupted|unavailable|in_progress/, 'retry'],
];

/** What the visitor is told about a code, and what would help. */
export function troubleOf(code: string, retryAfterMs?: number): Trouble {
  const mend = MENDS.find(([codes]) => codes.test(code))?.[1] ?? 'none';
  return retryAfterMs === undefined ? { code, mend } : { code, mend, retryAfterMs };
}

export function troubleFrom(error: unknown): Trouble {
  const failure = toFailure(error);
  return troubleOf(failure.code, failure.retryAfterMs);
}
