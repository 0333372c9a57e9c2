import { toFailure } from '../session/failure.ts';
import type { Trouble } from './conversation.ts';

/** What the visitor is told about what went wrong, and what would help: by the words of the wire's codes. */
export function troubleFrom(error: unknown): Trouble {
  const { code, retryAfterMs } = toFailure(error);
  const is = (words: RegExp): boolean => words.test(code);
  const mend = is(/token_|^identity|step_up/)
    ? 'sign-in'
    : is(/limit|budget|draining|queue/)
      ? 'wait'
      : is(/_error|timeout|interrupted|unavailable|model|failed|progress/)
        ? 'retry'
        : 'none';
  return { code, mend, retryAfterMs };
}
