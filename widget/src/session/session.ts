import type { MintResponse } from '@familiar/protocol';
import type { Config } from '../config/config.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
import type { Identity } from '../identity/identity.ts';
import type { Tabs } from '../identity/tabs.ts';
import { Failure, toFailure } from './failure.ts';
import { createTokens, type Held } from './tokens.ts';
import { type CallInit, limit, send, type Transport } from './transport.ts';

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
  /** Takes a session token for the identity token of a fresh sign-in. Throws `Failure`; the one at hand stays then. */
  readonly signIn: (identityToken: string) => Promise<void>;
  /** The token at hand. */
  peek(): Held | null;
}

export interface SessionOptions {
  readonly transport: Transport;
  readonly config: () => Config;
  /** Aborts what runs; every later call fails with `aborted`. */
  readonly life: AbortSignal;
  /** Whether every request carries a proof. */
  readonly isStrictlyBound: () => Promise<boolean>;
  /** The key of this browser, when this verified user sits at it. */
  readonly key: (person: string | null) => Promise<BrowserKey>;
  readonly identity: () => Identity;
  /** Other tabs, whose tokens are shared. */
  readonly tabs: Tabs;
  /** The server resolved a later token to another participant or instance: all that is shown belongs to somebody else. */
  readonly onDrift: () => void;
}

export function createSession(options: SessionOptions): Session {
  const { isStrictlyBound, key, life, transport } = options;
  const { hurry, peek, signIn, usable } = createTokens(options);
  const sendAs = async ({ grant: { token } }: Held, path: string, init: CallInit): Promise<Response> =>
    send(transport, path, { ...init, token, key: (await isStrictlyBound()) ? await key(null) : null });
  const call = async (path: string, init: CallInit = {}): Promise<Response> => {
    const signal = AbortSignal.any([life, init.signal ?? life]);
    const attempt = async (refused?: Held): Promise<Response> => {
      const held = await usable(refused);
      try {
        return await sendAs(held, path, { ...init, signal });
      } catch (error) {
        if (refused || !/^(session_token_|invalid_credential)/.test(toFailure(error).code)) throw error;
        return attempt(held);
      }
    };
    try {
      return await attempt();
    } catch (error) {
      throw life.aborted ? new Failure('aborted') : toFailure(error);
    }
  };
  return {
    call,
    async json(path, init = {}) {
      try {
        const response = await call(path, { ...init, signal: limit(init.signal ?? life) });
        return response.status === 204 ? null : await response.json();
      } catch (error) {
        throw toFailure(error);
      }
    },
    grant: async () => (await usable()).grant,
    hurry,
    peek,
    signIn,
    async end(path) {
      const held = peek();
      try {
        if (held !== null) await sendAs(held, path, { method: 'DELETE', keepalive: true });
      } catch {
        // Offline: the token ends by itself within minutes, and this browser has already forgotten it.
      }
    },
  };
}
