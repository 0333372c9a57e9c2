import type { TokenCode } from '@familiar/protocol';

/** The first thing wrong with a token. `detail` never holds the token, a key, or a user's id. */
export interface Finding {
  readonly code: TokenCode;
  readonly detail: string;
}
