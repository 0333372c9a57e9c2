import { toFailure } from '../session/failure.ts';
import type { Trouble } from './conversation.ts';

const WAIT = new Set(['rate_limited', 'limit_reached', 'budget_exhausted', 'draining', 'queue_full']);
const RETRY = new Set([
  'network_error',
  'timeout',
  'internal_error',
  'store_unavailable',
  'interrupted',
  'model_unavailable',
  'model_bad_response',
  'agent_failed',
  'run_in_progress',
]);
const SIGN_IN = new Set([
  'identity_token_unavailable',
  'identity_mismatch',
  'identity_required',
  'step_up_required',
  'session_token_revoked',
  'session_token_expired',
]);

/** What the visitor is told about a code, and what would help. */
export function troubleOf(code: string, retryAfterMs?: number): Trouble {
  const mend = WAIT.has(code) ? 'wait' : RETRY.has(code) ? 'retry' : SIGN_IN.has(code) || code.startsWith('token_') ? 'sign-in' : 'none';
  return retryAfterMs === undefined ? { code, mend } : { code, mend, retryAfterMs };
}

export function troubleFrom(error: unknown): Trouble {
  const failure = toFailure(error);
  return troubleOf(failure.code, failure.retryAfterMs);
}
