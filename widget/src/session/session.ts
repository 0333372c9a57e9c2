import type { MintResponse } from '@familiar/protocol';
import type { BrowserKey } from '../identity/browser-key.ts';
import type { Identity } from '../identity/identity.ts';
import { Failure, readFailure, toFailure } from './failure.ts';
import { createTokenKeeper, type Held } from './token-keeper.ts';
import { type CallInit, proofHeader, request, type Transport } from './transport.ts';

/** Authorised calls as one participant. */
export interface Api {
  /** The answer, its status 2xx; throws `Failure` for every other. Renews the token at 80 % of its life and once on `401`. */
  call(path: string, init?: CallInit): Promise<Response>;
  /** `call`, its body as JSON, unchecked. A silent server is given up after 20 s. */
  json(path: string, init?: CallInit): Promise<unknown>;
}

/** The session token of one identity: in memory only, minted once however many ask. */
export interface Session extends Api {
  /** The first mint, or the grant at hand. Throws `Failure`. */
  grant(): Promise<MintResponse>;
  /** Tells the server to revoke the token, if there is one. Never rejects. */
  revoke(): Promise<void>;
  /** Aborts what runs; every later call fails with `aborted`. */
  dispose(): void;
}

export interface SessionOptions {
  readonly transport: Transport;
  readonly embedKey: string;
  readonly instance: string | null;
  readonly isStrictlyBound?: () => boolean;
  readonly key: () => Promise<BrowserKey>;
  readonly identity: () => Identity;
  /** The server resolved a later token to another participant or instance: all that is shown belongs to somebody else. */
  readonly onDrift: () => void;
}

const CALL_LIMIT_MS = 20_000;
const TOKEN_GONE = new Set(['session_token_expired', 'session_token_revoked', 'invalid_credential']);

export function createSession(options: SessionOptions): Session {
  const { transport } = options;
  const life = new AbortController();
  const tokens = createTokenKeeper(options, life.signal);
  const assertAlive = (): void => {
    if (life.signal.aborted) throw new Failure('aborted');
  };
  const send = async (path: string, init: CallInit, { grant }: Held): Promise<Response> => {
    const method = init.method ?? 'GET';
    const isBound = options.isStrictlyBound?.() === true;
    const proof = isBound
      ? await proofHeader(await options.key(), { method, url: transport.baseUrl + path, accessToken: grant.token })
      : {};
    const headers = { ...init.headers, ...proof, authorization: `Bearer ${grant.token}` };
    const signal = init.signal === undefined ? life.signal : AbortSignal.any([life.signal, init.signal]);
    return request(transport, path, { ...init, headers, signal });
  };
  const call = async (path: string, init: CallInit = {}): Promise<Response> => {
    try {
      const first = await tokens.usable();
      const response = await send(path, init, first);
      if (response.ok) return response;
      const failure = await readFailure(response);
      if (failure.status !== 401 || !TOKEN_GONE.has(failure.code)) throw failure;
      const again = await send(path, init, await tokens.replace(first));
      if (again.ok) return again;
      throw await readFailure(again);
    } catch (error) {
      assertAlive();
      throw toFailure(error);
    }
  };
  return {
    call,
    async json(path, init = {}) {
      const limit = AbortSignal.timeout(CALL_LIMIT_MS);
      const signal = init.signal === undefined ? limit : AbortSignal.any([limit, init.signal]);
      const response = await call(path, { ...init, signal });
      try {
        return response.status === 204 ? null : await response.json();
      } catch (error) {
        throw error instanceof SyntaxError ? new Failure('internal_error', { status: response.status }) : toFailure(error);
      }
    },
    grant: async () => (await tokens.usable()).grant,
    revoke: async () => revoke(transport, tokens.peek()),
    dispose: () => life.abort(),
  };
}

async function revoke(transport: Transport, held: Held | null): Promise<void> {
  if (held === null) return;
  const headers = { authorization: `Bearer ${held.grant.token}` };
  try {
    await request(transport, '/v1/embed/session-tokens/current', { method: 'DELETE', headers, keepalive: true });
  } catch {
    // Offline: the token ends by itself within minutes, and this browser has already forgotten it.
  }
}
