import { expect, it } from 'vitest';
import { Failure } from '../session/failure.ts';
import { troubleFrom } from './trouble.ts';

const CODES = {
  'sign-in':
    'token_expired token_malformed identity_token_unavailable identity_mismatch identity_required step_up_required session_token_expired session_token_revoked',
  wait: 'rate_limited limit_reached budget_exhausted draining queue_full',
  retry:
    'network_error timeout internal_error store_unavailable interrupted model_unavailable model_bad_response agent_failed run_in_progress',
  none: 'message_too_large body_too_large origin_not_allowed embed_key_disabled unknown_embed_key not_found gone malformed_request unprocessable participant_removed claim_not_allowed made_up',
};

for (const [mend, codes] of Object.entries(CODES)) {
  it(`knows which troubles are mended by: ${mend}`, () => {
    for (const code of codes.split(' ')) expect(troubleFrom(new Failure(code))).toEqual({ code, mend });
  });
}

it('takes a thrown thing for the network, and keeps how long to wait', () => {
  expect(troubleFrom(new TypeError('Failed to fetch'))).toEqual({ code: 'network_error', mend: 'retry' });
  expect(troubleFrom(new Failure('rate_limited', 429, 5_000))).toEqual({
    code: 'rate_limited',
    mend: 'wait',
    retryAfterMs: 5_000,
  });
});
