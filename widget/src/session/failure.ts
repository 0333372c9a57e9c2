import { members, must, or, text } from '../config/own.ts';

/** An expected failure, with the wire's code or one of ours (`network_error`, `timeout`, `identity_token_unavailable`). Carries nothing that was sent. */
export class Failure extends Error {
  declare readonly code: string;
  /** HTTP status; 0 where no answer came. */
  declare readonly status: number;
  declare readonly retryAfterMs: number | undefined;
  /** With `run_in_progress`: the run that is going on. */
  declare readonly runId: string | undefined;

  constructor(code: string, details?: { status?: number; retryAfterMs?: number | undefined; runId?: string | undefined }) {
    super(code);
    // All of them own: a page's prototypes add nothing.
    Object.assign(this, { code, status: 0, retryAfterMs: undefined, runId: undefined, ...details });
  }
}

const readProblem = members<{ code: string | null; run_id: string | undefined }>({
  code: or(
    must((code) => /^[a-z]\w{0,63}$/.test(text(code))),
    null,
  ),
  run_id: or(text, undefined),
});

/** Reads a problem answer (RFC 9457). Whatever the body is, a failure comes out of it. */
export async function readFailure(response: Response): Promise<Failure> {
  const { headers, status } = response;
  // Not JSON: a proxy's page. The status says enough.
  const { code, run_id: runId } = readProblem(await response.json().catch(() => null));
  // `Retry-After` in seconds (RFC 9110 §10.2.3). A date would need a clock that is right; it is not used.
  const wait = headers.get('retry-after') ?? '';
  const retryAfterMs = /^\d{1,6}$/.test(wait) ? Number(wait) * 1_000 : undefined;
  return new Failure(code ?? codeOf(status), { status, retryAfterMs, runId });
}

const CODES: Readonly<Record<number, string>> = { 401: 'invalid_credential', 404: 'not_found', 429: 'rate_limited' };
const codeOf = (status: number): string => (status < 500 ? (CODES[status] ?? 'malformed_request') : 'internal_error');

/**
 * Any thrown thing as a failure: `fetch` rejects with a TypeError when there is no network, or CORS says no; an answer that
 * is not what it should be throws `SyntaxError`.
 */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const { name } = Object(error) as Error;
  return new Failure(name === 'SyntaxError' ? 'internal_error' : name === 'TimeoutError' ? 'timeout' : 'network_error');
}
