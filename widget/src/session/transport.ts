import type { Clock } from '../config/clock.ts';
import { copy } from '../config/own.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
import { signProof } from '../identity/proof.ts';
import { readFailure } from './failure.ts';

/** The network and the clock, as arguments. */
export interface Transport {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

export interface CallInit {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Outlives the page: the last words on page hide. */
  readonly keepalive?: boolean;
}

export interface Credentials {
  /** Proves this browser's key, where it has one. */
  readonly key?: BrowserKey | null;
  /** The session token; a proof is bound to it (`ath`). */
  readonly token?: string | undefined;
  /** What the server asked to be proven with. */
  readonly nonce?: string;
}

/** How long a request may take that is no stream. */
const LIMIT_MS = 20_000;
export const limit = (...signals: AbortSignal[]): AbortSignal => AbortSignal.any([AbortSignal.timeout(LIMIT_MS), ...signals]);

/**
 * One request without cookies, referrer or cache; once more with the server's nonce when it asks for one. It leaves in the
 * same task where nothing has to be proven. Throws `Failure` for every answer but 2xx.
 */
export async function send(transport: Transport, path: string, given: CallInit & Credentials): Promise<Response> {
  const { baseUrl, clock, fetch } = transport;
  // Own members only, here and in what the browser reads: a page's `Object.prototype.method` is nobody's.
  const { body, headers: others, key, method = 'GET', nonce, token, ...rest }: CallInit & Credentials = copy(given);
  const url = baseUrl + path;
  const headers: Record<string, string> = { ...others };
  if (body) headers['content-type'] = 'application/json';
  if (token) headers['authorization'] = `Bearer ${token}`;
  if (key?.pair) headers['dpop'] = await signProof(key.pair, { method, url, nonce, token }, clock);
  const init: RequestInit = {
    method,
    headers,
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    // Undefined, where there is none.
    body: JSON.stringify(body),
  };
  const response = await fetch(url, copy(rest, init));
  if (response.ok) return response;
  const failure = await readFailure(response);
  const asked = response.headers.get('dpop-nonce');
  if (failure.code !== 'use_dpop_nonce' || nonce || !asked) throw failure;
  return send(transport, path, { ...given, nonce: asked });
}
