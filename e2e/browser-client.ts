import { randomUUID, webcrypto } from 'node:crypto';
import type { MintRequest, MintResponse } from '@familiar/protocol';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text where it is not JSON. */
  readonly body: unknown;
}

interface ProofOptions {
  readonly method?: string;
  readonly url: string;
  readonly issuedAtMs?: number;
  readonly nonce?: string;
  readonly id?: string;
}

/** Speaks the contract over plain HTTP as a browser would, with a key of its own: for attacks that no widget would make. */
export class BrowserClient {
  readonly backend: string;
  readonly origin: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #jwk: { readonly kty?: string; readonly crv?: string; readonly x?: string; readonly y?: string };
  token = '';

  private constructor(backend: string, origin: string, key: { pair: webcrypto.CryptoKeyPair; jwk: webcrypto.JsonWebKey }) {
    this.backend = backend;
    this.origin = origin;
    this.#keys = key.pair;
    const { kty, crv, x, y } = key.jwk;
    this.#jwk = { kty, crv, x, y };
  }

  static async create(backend: string, origin: string): Promise<BrowserClient> {
    const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const jwk = await webcrypto.subtle.exportKey('jwk', pair.publicKey);
    return new BrowserClient(backend, origin, { pair, jwk });
  }

  /** A DPoP proof (RFC 9449 §4.2). */
  async proof(options: ProofOptions): Promise<string> {
    const header = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: this.#jwk });
    const payload = encode({
      jti: options.id ?? randomUUID(),
      htm: options.method ?? 'POST',
      htu: options.url,
      iat: Math.floor((options.issuedAtMs ?? Date.now()) / 1000),
      ...(options.nonce === undefined ? {} : { nonce: options.nonce }),
    });
    const input = Buffer.from(`${header}.${payload}`);
    const signature = await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, this.#keys.privateKey, input);
    return `${header}.${payload}.${Buffer.from(signature).toString('base64url')}`;
  }

  get mintUrl(): string {
    return `${this.backend}/v1/embed/session-tokens`;
  }

  /** Mints a session token with a fresh proof and keeps it when it succeeds. */
  async mint(request: MintRequest | Record<string, unknown>, headers: Record<string, string> = {}): Promise<Answer> {
    const DPoP = await this.proof({ url: this.mintUrl });
    const answer = await this.call('POST', '/v1/embed/session-tokens', { body: request, headers: { DPoP, ...headers }, token: null });
    if (answer.status === 200) this.token = (answer.body as MintResponse).token;
    return answer;
  }

  /** One call with this browser's origin and token. `raw` sends a body as it is. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const token = options.token === undefined ? this.token : options.token;
    const response = await fetch(`${this.backend}${path}`, {
      method,
      headers: {
        Origin: this.origin,
        ...(options.body === undefined && options.raw === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === null || token === '' ? {} : { Authorization: `Bearer ${token}` }),
        ...options.headers,
      },
      ...(options.raw === undefined ? {} : { body: options.raw }),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    return { status: response.status, headers: response.headers, body: parse(await response.text()) };
  }
}

export interface CallOptions {
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** null: send none. Default: the minted one. */
  readonly token?: string | null;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Event streams and empty answers are not JSON; the text is what the test wants.
    return text;
  }
}

/** The `code` of a problem answer. */
export function codeOf(answer: Answer): unknown {
  return typeof answer.body === 'object' && answer.body !== null && 'code' in answer.body ? answer.body.code : undefined;
}
