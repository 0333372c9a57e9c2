import type { Clock } from '../config/clock.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
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

/** One request without cookies, referrer or cache. */
export async function request({ baseUrl, fetch }: Transport, path: string, { body, ...init }: CallInit): Promise<Response> {
  return fetch(baseUrl + path, {
    ...init,
    headers: { ...init.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export interface Proof {
  readonly transport: Transport;
  readonly key: BrowserKey;
  /** Binds the proof to a session token (`ath`). */
  readonly accessToken?: string;
}

/**
 * A request with a `DPoP` proof, none where this browser has only a secret; once more with the server's nonce when it asks
 * for one. Throws `Failure` for every answer but 2xx.
 */
export async function prove({ transport, key, accessToken }: Proof, path: string, init: CallInit): Promise<Response> {
  const url = transport.baseUrl + path;
  const send = async (nonce?: string): Promise<Response> => {
    const proof: Record<string, string> =
      key.kind === 'key' ? { dpop: await key.prove({ method: init.method ?? 'GET', url, nonce, accessToken }) } : {};
    return request(transport, path, { ...init, headers: { ...init.headers, ...proof } });
  };
  const first = await send();
  if (first.ok) return first;
  const failure = await readFailure(first);
  const nonce = first.headers.get('dpop-nonce');
  if (failure.code !== 'use_dpop_nonce' || nonce === null) throw failure;
  const second = await send(nonce);
  if (!second.ok) throw await readFailure(second);
  return second;
}
