import type { BrowserKey } from '../identity/browser-key.ts';
import type { Clock } from '../config/clock.ts';

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
export async function request(transport: Transport, path: string, init: CallInit): Promise<Response> {
  const headers: Record<string, string> = { ...init.headers };
  if (init.body !== undefined) headers['content-type'] = 'application/json';
  const { fetch } = transport;
  return fetch(transport.baseUrl + path, {
    method: init.method ?? 'GET',
    headers,
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    ...(init.signal === undefined ? {} : { signal: init.signal }),
    ...(init.keepalive === true ? { keepalive: true } : {}),
  });
}

/** The `DPoP` header for a request, empty where this browser has only a secret. */
export async function proofHeader(
  key: BrowserKey,
  request: { method: string; url: string; nonce?: string | undefined; accessToken?: string },
): Promise<Record<string, string>> {
  return key.kind === 'key' ? { dpop: await key.prove(request) } : {};
}
