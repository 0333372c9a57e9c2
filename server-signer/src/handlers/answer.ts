import type { IdentityClaims } from '../claims.ts';
import { SignerError } from '../errors.ts';
import type { Signer } from '../signer.ts';

/** Who is signed in at the host, by the host's own session. `id` becomes `sub`. */
export interface SignedInUser extends Omit<IdentityClaims, 'sub'> {
  readonly id: string;
}

/** `Incoming` is what the framework calls a request. */
export interface TokenHandlerOptions<Incoming> {
  readonly signer: Signer;
  /** Reads the host's own session, never the request's body or query. `null`: nobody is signed in. */
  readonly getUser: (request: Incoming) => SignedInUser | null | undefined | Promise<SignedInUser | null | undefined>;
  /** The site's public origins, `https://shop.example`. Needed behind a proxy that ends TLS. By default the request's own. */
  readonly origin?: string | readonly string[];
  /** Told what went wrong, for the host's log: what `getUser` threw, or a `SignerError`. */
  readonly onError?: (error: unknown) => void;
}

/** What the gate needs to know of a request. */
export interface Gate {
  readonly method: string | undefined;
  readonly fetchSite: string | null | undefined;
  readonly origin: string | null | undefined;
  /** The request's own origin, as far as this server sees it. */
  readonly ownOrigin: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const HEADERS = {
  'Cache-Control': 'no-store',
  Vary: 'Cookie, Origin, Sec-Fetch-Site',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** One answer for every framework. Never rejects, never reads a body, never sends a CORS header. */
export async function answer<Incoming>(options: TokenHandlerOptions<Incoming>, request: Incoming, gate: Gate): Promise<Answer> {
  if (gate.method !== 'POST') return problem(405, 'method_not_allowed', 'Ask with POST.');
  if (!isSameOrigin(gate, options.origin)) {
    return problem(403, 'origin_not_allowed', 'Only pages of this origin may ask. Behind a proxy that ends TLS, set the option "origin".');
  }
  try {
    const user = await options.getUser(request);
    if (user === null || user === undefined) return problem(401, 'signed_out', 'Nobody is signed in.');
    const { id, ...claims } = user;
    const token = await options.signer.sign({ ...claims, sub: id });
    return respond(200, 'application/json', { identity_token: token, expires_in: options.signer.lifetimeSeconds });
  } catch (error) {
    report(options, error);
    return error instanceof SignerError
      ? problem(500, error.code, error.message)
      : problem(500, 'internal_error', 'The user could not be read.');
  }
}

/**
 * `Sec-Fetch-Site` is written by the browser and no page can forge it; browsers send it to https and to localhost only,
 * so without it `Origin` decides. A POST by a page always has one of the two.
 */
function isSameOrigin(gate: Gate, allowed: TokenHandlerOptions<unknown>['origin']): boolean {
  const origins = allowed === undefined ? null : [allowed].flat();
  const isNamed = typeof gate.origin === 'string' && (origins ?? [gate.ownOrigin]).includes(gate.origin);
  if (typeof gate.fetchSite !== 'string') return isNamed;
  return gate.fetchSite === 'same-origin' && (origins === null || typeof gate.origin !== 'string' || isNamed);
}

function report(options: TokenHandlerOptions<never>, error: unknown): void {
  try {
    options.onError?.(error);
  } catch {
    // A broken log must not turn a clean answer into a crash of the host's server.
  }
}

function problem(status: number, code: string, detail: string): Answer {
  const titles: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 405: 'Method Not Allowed' };
  const title = titles[status] ?? 'Internal Server Error';
  const answer = respond(status, 'application/problem+json', { type: 'about:blank', title, status, code, detail });
  return status === 405 ? { ...answer, headers: { ...answer.headers, Allow: 'POST' } } : answer;
}

function respond(status: number, contentType: string, body: unknown): Answer {
  return { status, headers: { ...HEADERS, 'Content-Type': contentType }, body: JSON.stringify(body) };
}
