import { copy, line } from '../config/own.ts';

/** An expected failure, with the wire's code or one of ours (`network_error`, `timeout`, `identity_token_unavailable`). Carries nothing that was sent. */
export class Failure extends Error {
  // All of them own: a page's prototypes add nothing.
  declare readonly code: string;
  /** HTTP status; 0 where no answer came. */
  declare readonly status: number;
  declare readonly retryAfterMs: number | undefined;

  constructor(code: string, status = 0, retryAfterMs?: number) {
    super(code);
    this.code = code;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Reads a problem answer (RFC 9457). Whatever the body is, a failure comes out of it. */
export async function readFailure(response: Response): Promise<Failure> {
  const { headers, status } = response;
  // Not JSON: a proxy's page. The status says enough.
  const { code } = copy(await response.json().catch(() => null));
  const [known] = /^[a-z]\w{0,63}$/.exec(line(code)) ?? [];
  // `Retry-After` in seconds (RFC 9110 §10.2.3). A date would need a clock that is right; it is not used.
  const retryAfterMs = Number(headers.get('retry-after')) * 1_000;
  return new Failure(
    known ?? (status < 500 ? (status === 429 ? 'rate_limited' : 'malformed_request') : 'internal_error'),
    status,
    retryAfterMs > 0 ? retryAfterMs : undefined,
  );
}

/**
 * Any thrown thing as a failure: `fetch` rejects with a TypeError when there is no network, or CORS says no; an answer that
 * is not what it should be throws `SyntaxError`.
 */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const { name } = Object(error) as Error;
  return new Failure(name === 'SyntaxError' ? 'internal_error' : name === 'TimeoutError' ? 'timeout' : 'network_error');
}
