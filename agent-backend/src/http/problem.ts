import { type ErrorCode, type Problem, STATUS_OF } from '@familiar/protocol';
import { IdentityError } from '../identity/identity-error.ts';
import { IssuerAwayError } from '../identity/remote-key-set.ts';
import { CursorError } from '../sessions/index.ts';
import { StoreError } from '../store/store.ts';

export interface ProblemOptions {
  /** Seconds. */
  readonly retryAfterS?: number;
  /** For the `DPoP-Nonce` header (RFC 9449 §8). */
  readonly nonce?: string | null;
  readonly runId?: string;
  readonly resetsAt?: string;
}

/** An answer other than success. Its message is the problem's `detail`: it says how to mend it and repeats nothing that was sent. */
export class HttpProblem extends Error {
  readonly code: ErrorCode;
  readonly options: ProblemOptions;
  constructor(code: ErrorCode, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.name = 'HttpProblem';
    this.code = code;
    this.options = options;
  }
}

/** One answer for what is not there and what is not yours, so that nobody can tell them apart (R13). */
export function notFound(): HttpProblem {
  return new HttpProblem('not_found', 'There is nothing here for this credential.');
}

/** Whatever was thrown, as a problem; `internal_error` for what nobody expected. */
export function toHttpProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof IdentityError) return new HttpProblem(error.code, error.message, { nonce: error.nonce });
  if (error instanceof CursorError) return new HttpProblem('invalid_cursor', error.message);
  if (error instanceof IssuerAwayError) {
    const { retryAfterS } = error;
    return new HttpProblem(
      'store_unavailable',
      "Identity tokens cannot be checked: their issuer's keys cannot be fetched. Try again after a while; the operator's log says why.",
      { retryAfterS },
    );
  }
  if (error instanceof StoreError && error.code !== 'failed' && error.code !== 'conflict') {
    return new HttpProblem('store_unavailable', 'The store is away. Try again in a few seconds.', { retryAfterS: 5 });
  }
  return new HttpProblem('internal_error', 'Something went wrong here, not with the request. Try again, and tell the operator.');
}

/** RFC 9457. */
export function problemResponse({ code, message, options }: HttpProblem): Response {
  const body: Problem = {
    type: `urn:familiar:problem:${code}`,
    title: code.replaceAll('_', ' '),
    status: STATUS_OF[code],
    code,
    detail: message,
    ...(options.runId === undefined ? {} : { run_id: options.runId }),
    ...(options.resetsAt === undefined ? {} : { resets_at: options.resetsAt }),
  };
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  if (options.retryAfterS !== undefined) headers.set('retry-after', String(Math.max(1, Math.ceil(options.retryAfterS))));
  if (typeof options.nonce === 'string') headers.set('dpop-nonce', options.nonce);
  if (STATUS_OF[code] === 401) headers.set('www-authenticate', 'Bearer');
  return new Response(JSON.stringify(body), { status: body.status, headers });
}
