/** A key set is this long at most, in bytes; an issuer's has a few thousand. */
const MOST_BYTES = 64 * 1024;

/** Why a key set could not be had. The list is closed; an operator's log holds it. */
export type KeySetTrouble =
  | 'certificate_refused'
  | 'unreachable'
  | 'timeout'
  | 'redirected'
  | 'wrong_status'
  | 'too_large'
  | 'not_a_key_set';

/** One attempt that failed. `message` never holds what was answered. */
class KeySetError extends Error {
  override readonly name = 'KeySetError';
  readonly code: KeySetTrouble;

  constructor(code: KeySetTrouble, message: string) {
    super(message);
    this.code = code;
  }
}

/** Asks for an address. The global `fetch` fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface FetchedKeySet {
  readonly response: Response;
  /** `max-age` of Cache-Control in milliseconds; 0 for `no-store` and `no-cache`; `null` if nothing is said. */
  readonly maxAgeMs: number | null;
}

/**
 * Checks where a key set may come from. Throws `TypeError`: whoever can change the answer on its way can sign as anybody, so it
 * is `https:`, or `http:` on loopback.
 */
export function parseKeySetUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLoopback = url !== null && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback))) {
    throw new TypeError('A jwksUrl is an absolute https address; http is for loopback only.');
  }
  if (url.username !== '' || url.password !== '') throw new TypeError('A jwksUrl has no user info: key sets are public.');
  return url;
}

/** Fetches one key set: no redirect is followed, and its body is counted while it is read. */
export async function fetchKeySet(fetch: Fetch, url: string, init: RequestInit): Promise<FetchedKeySet> {
  const answer = await fetch(url, { ...init, redirect: 'manual', credentials: 'omit', cache: 'no-store' });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    const isRedirect = answer.status >= 300 && answer.status < 400;
    throw new KeySetError(isRedirect ? 'redirected' : 'wrong_status', `The key set's address answered ${answer.status}.`);
  }
  const body = await readBounded(answer);
  return { response: new Response(body, { status: 200 }), maxAgeMs: readMaxAge(answer.headers.get('cache-control') ?? '') };
}

/** Whatever an attempt rejected with, as one word. */
export function nameTrouble(error: unknown): KeySetTrouble {
  if (error instanceof KeySetError) return error.code;
  const code = readCode(error);
  if (code === 'ERR_JWKS_TIMEOUT') return 'timeout';
  if (code.startsWith('ERR_J')) return 'not_a_key_set';
  // `fetch` says "fetch failed"; what failed is its cause.
  const cause = error instanceof Error ? readCode(error.cause) : '';
  return CERTIFICATE_CODES.test(cause) ? 'certificate_refused' : 'unreachable';
}

/** How Node names what is wrong with a certificate: OpenSSL's X509_V_ERR_ codes, and the name that does not match. */
const CERTIFICATE_CODES = /CERT|CRL|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE/;

function readCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

async function readBounded(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (answer.body !== null) {
    for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
      length += chunk.byteLength;
      // Leaving the loop cancels the rest.
      if (length > MOST_BYTES) throw new KeySetError('too_large', `The key set has more than ${MOST_BYTES} bytes.`);
      chunks.push(chunk);
    }
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

/** RFC 9111 §5.2.2, as far as it matters to a private cache. */
function readMaxAge(cacheControl: string): number | null {
  const directives = cacheControl.split(',').map((directive) => directive.trim().toLowerCase());
  if (directives.includes('no-store') || directives.includes('no-cache')) return 0;
  const seconds = directives.map((directive) => /^max-age="?(\d{1,9})"?$/.exec(directive)?.[1]).find((found) => found !== undefined);
  return seconds === undefined ? null : Number(seconds) * 1000;
}
