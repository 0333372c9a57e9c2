import type { MintResponse } from '@familiar/protocol';
import type { StepUp } from '../config/config.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
import type { Identity } from '../identity/identity.ts';
import { Failure, readFailure, toFailure } from './failure.ts';
import { createTokenKeeper, type Held } from './token-keeper.ts';
import type { TokenShare } from './token-share.ts';
import { type CallInit, prove, request, type Transport } from './transport.ts';

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
  /** Forgets the pause after failures: somebody asked to try again. */
  hurry(): void;
  /** A `DELETE` that outlives the page, if there is a token: the last words. Never rejects. */
  end(path: string): Promise<void>;
  /** Takes a session token that comes of a fresh sign-in at the page. Throws `Failure`; the one at hand stays then. */
  stepUp(demand: StepUp): Promise<void>;
  /** The token at hand, with its times on the transport's clock. */
  peek(): Held | null;
  /** Aborts what runs; every later call fails with `aborted`. */
  dispose(): void;
}

export interface SessionOptions {
  readonly transport: Transport;
  readonly embedKey: string;
  readonly instance: string | null;
  /** Whether every request carries a proof. */
  readonly isStrictlyBound?: () => Promise<boolean>;
  /** The key of this browser, when this verified user sits at it. */
  readonly key: (person: string | null) => Promise<BrowserKey>;
  readonly identity: () => Identity;
  /** Tokens of other tabs; without it, each tab has its own. */
  readonly share?: TokenShare;
  /** The server resolved a later token to another participant or instance: all that is shown belongs to somebody else. */
  readonly onDrift: () => void;
}

const CALL_LIMIT_MS = 20_000;

export function createSession(options: SessionOptions): Session {
  const { transport } = options;
  const life = new AbortController();
  const tokens = createTokenKeeper(options, life.signal);
  const isStrict = async (): Promise<boolean> => (await options.isStrictlyBound?.()) ?? false;
  const send = async (path: string, init: CallInit, { grant: { token } }: Held): Promise<Response> => {
    const signal = AbortSignal.any([life.signal, ...(init.signal ? [init.signal] : [])]);
    const sent = { ...init, signal, headers: { ...init.headers, authorization: `Bearer ${token}` } };
    if (await isStrict()) return prove({ transport, key: await options.key(null), accessToken: token }, path, sent);
    const response = await request(transport, path, sent);
    if (!response.ok) throw await readFailure(response);
    return response;
  };
  const call = async (path: string, init: CallInit = {}): Promise<Response> => {
    try {
      const first = await tokens.usable();
      try {
        return await send(path, init, first);
      } catch (error) {
        if (!/^(session_token_|invalid_credential)/.test(toFailure(error).code)) throw error;
        return await send(path, init, await tokens.replace(first));
      }
    } catch (error) {
      throw life.signal.aborted ? new Failure('aborted') : toFailure(error);
    }
  };
  return {
    call,
    async json(path, init = {}) {
      const signal = AbortSignal.any([AbortSignal.timeout(CALL_LIMIT_MS), ...(init.signal ? [init.signal] : [])]);
      const response = await call(path, { ...init, signal });
      try {
        return response.status === 204 ? null : await response.json();
      } catch (error) {
        throw error instanceof SyntaxError ? new Failure('internal_error', { status: response.status }) : toFailure(error);
      }
    },
    grant: async () => (await tokens.usable()).grant,
    hurry: () => tokens.hurry(),
    stepUp: async (demand) => tokens.stepUp(demand),
    peek: () => tokens.peek(),
    end: async (path) => end(options, tokens.peek(), path),
    dispose: () => life.abort(),
  };
}

/** The request leaves in the same task, where no proof has to be signed first: a page that goes away waits for nothing. */
async function end({ transport, isStrictlyBound, key }: SessionOptions, held: Held | null, path: string): Promise<void> {
  if (held === null) return;
  const { token } = held.grant;
  const init = { method: 'DELETE', headers: { authorization: `Bearer ${token}` }, keepalive: true } as const;
  try {
    if ((await isStrictlyBound?.()) === true) await prove({ transport, key: await key(null), accessToken: token }, path, init);
    else await request(transport, path, init);
  } catch {
    // Offline: the token ends by itself within minutes, and this browser has already forgotten it.
  }
}
