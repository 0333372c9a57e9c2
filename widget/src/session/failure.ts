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

const CODE = /^[a-z][a-z0-9_]{0,63}$/;

/** Reads a problem answer (RFC 9457). Whatever the body is, a failure comes out of it. */
export async function readFailure(response: Response): Promise<Failure> {
  const { status } = response;
  const retryAfterMs = readRetryAfter(response.headers.get('retry-after'));
  let body: unknown = null;
  try {
    body = await response.json();
  } catch {
    // Not JSON: a proxy's page. The status says enough.
  }
  const field = (name: string): unknown =>
    typeof body === 'object' && body !== null && Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
  const code = field('code');
  const runId = field('run_id');
  return new Failure(typeof code === 'string' && CODE.test(code) ? code : codeOf(status), {
    status,
    retryAfterMs,
    runId: typeof runId === 'string' ? runId : undefined,
  });
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3). A date would need a clock that is right; it is not used. */
function readRetryAfter(value: string | null): number | undefined {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) * 1_000 : undefined;
}

function codeOf(status: number): string {
  if (status === 401) return 'invalid_credential';
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'internal_error' : 'malformed_request';
}

/** Any thrown thing as a failure: `fetch` rejects with a TypeError when there is no network, or CORS says no. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof DOMException && error.name === 'TimeoutError') return new Failure('timeout');
  return new Failure('network_error');
}
