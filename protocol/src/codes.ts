/** Why an identity token was refused (contract §3). All answer `401`. */
export const TOKEN_CODES = [
  'token_malformed',
  'token_alg_not_allowed',
  'token_unknown_key',
  'token_bad_signature',
  'token_expired',
  'token_not_yet_valid',
  'token_lifetime_too_long',
  'token_wrong_audience',
  'token_wrong_issuer',
  'token_missing_claim',
  'token_bad_subject',
  'token_bound_elsewhere',
  'token_revoked_key',
] as const;
export type TokenCode = (typeof TOKEN_CODES)[number];

/** Every `code` of a problem answer, with its status (contract §6). */
export const STATUS_OF = {
  malformed_body: 400,
  malformed_request: 400,
  too_deep: 400,
  invalid_id: 400,
  degenerate_id: 400,
  reserved_id: 400,
  conflicting_ids: 400,
  invalid_cursor: 400,
  token_in_url: 400,
  token_malformed: 401,
  token_alg_not_allowed: 401,
  token_unknown_key: 401,
  token_bad_signature: 401,
  token_expired: 401,
  token_not_yet_valid: 401,
  token_lifetime_too_long: 401,
  token_wrong_audience: 401,
  token_wrong_issuer: 401,
  token_missing_claim: 401,
  token_bad_subject: 401,
  token_bound_elsewhere: 401,
  token_revoked_key: 401,
  invalid_proof: 401,
  use_dpop_nonce: 401,
  missing_credential: 401,
  invalid_credential: 401,
  session_token_expired: 401,
  session_token_revoked: 401,
  unknown_embed_key: 401,
  budget_exhausted: 402,
  origin_not_allowed: 403,
  embed_key_disabled: 403,
  identity_mismatch: 403,
  identity_required: 403,
  step_up_required: 403,
  participant_removed: 403,
  claim_not_allowed: 403,
  not_found: 404,
  method_not_allowed: 405,
  run_in_progress: 409,
  gone: 410,
  body_too_large: 413,
  unsupported_media_type: 415,
  message_too_large: 413,
  unprocessable: 422,
  limit_reached: 429,
  rate_limited: 429,
  internal_error: 500,
  draining: 503,
  store_unavailable: 503,
} as const;
export type ErrorCode = keyof typeof STATUS_OF;

/** Codes that a `RUN_ERROR` event carries; the request itself was fine. */
export type RunErrorCode = 'interrupted' | 'model_unavailable' | 'model_bad_response' | 'agent_failed' | 'store_unavailable';

/** An RFC 9457 problem answer. `detail` says how to mend it and never repeats what was sent. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  /** With `run_in_progress`: the run that is going on. */
  readonly run_id?: string;
  /** With `limit_reached`: when the cap resets, RFC 3339. */
  readonly resets_at?: string;
}
