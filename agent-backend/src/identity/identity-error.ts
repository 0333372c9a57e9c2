import type { ErrorCode } from '@familiar/protocol';

/**
 * Why a credential, a proof or an id was refused. `message` is the problem's `detail`: a sentence that says how to mend
 * it, and never holds a token, a key or an id. `nonce` comes with `use_dpop_nonce`, for the `DPoP-Nonce` header.
 */
export class IdentityError extends Error {
  readonly code: ErrorCode;
  readonly nonce: string | null;
  constructor(code: ErrorCode, message: string, options: ErrorOptions & { readonly nonce?: string } = {}) {
    super(message, options);
    this.name = 'IdentityError';
    this.code = code;
    this.nonce = options.nonce ?? null;
  }
}
