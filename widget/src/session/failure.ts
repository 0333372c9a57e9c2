import { own } from '../config/own.ts';

/** An expected failure, with the wire's code or one of ours (`network_error`, `timeout`, `identity_token_unavailable`). Carries nothing that was sent. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: string;
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** With `run_in_progress`: the run that is going on. */
  readonly runId: string | undefined;

  constructor(code: string, details: { status?: number; retryAfterMs?: number | undefined; runId?: string | undefined } = {}) {
    super(code);
    this.code = code;
    this.status = details.status ?? 0;
    this.retryAfterMs = details.retryAfterMs;
    this.runId = details.runId;
  }
}

/** Reads a problem answer (RFC 9457). Whatever the body is, a failure comes out of it. */
export async function readFailure(response: Response): Promise<Failure> {
  const { status } = response;
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    // Not JSON: a proxy's page. The status says enough.
  }
  const code = own(body, 'code');
  const runId = own(body, 'run_id');
  // `Retry-After` in seconds (RFC 9110 §10.2.3). A date would need a clock that is right; it is not used.
  const wait = response.headers.get('retry-after') ?? '';
  return new Failure(typeof code === 'string' && /^[a-z]\w{0,63}$/.test(code) ? code : codeOf(status), {
    status,
    retryAfterMs: /^\d{1,6}$/.test(wait) ? Number(wait) * 1_000 : undefined,
    runId: typeof runId === 'string' ? runId : undefined,
  });
}

const CODES: Readonly<Record<number, string>> = { 401: 'invalid_credential', 404: 'not_found', 429: 'rate_limited' };
const codeOf = (status: number): string => (status < 500 ? (CODES[status] ?? 'malformed_request') : 'internal_error');

/** Any thrown thing as a failure: `fetch` rejects with a TypeError when there is no network, or CORS says no. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(error instanceof DOMException && error.name === 'TimeoutError' ? 'timeout' : 'network_error');
}
