import type { IdProblemCode } from '@familiar/protocol';

/** Why the signer refused. The list is closed; the message says the mend. */
export type SignerErrorCode =
  | IdProblemCode
  | 'in_browser'
  | 'key_malformed'
  | 'key_public_only'
  | 'key_missing_kid'
  | 'key_missing_alg'
  | 'key_alg_not_allowed'
  | 'key_weak_secret'
  | 'bad_agent'
  | 'bad_issuer'
  | 'bad_lifetime'
  | 'bad_claim'
  | 'token_too_long';

/** A mistake in the set-up or in the claims. `message` never holds an id, a key or a token: it may be logged. */
export class SignerError extends Error {
  override readonly name = 'SignerError';
  readonly code: SignerErrorCode;

  constructor(code: SignerErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
