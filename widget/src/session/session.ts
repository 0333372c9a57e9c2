import type { Config } from '../config/config.ts';
import { own } from '../config/own.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
import type { Identity } from '../identity/identity.ts';
import type { Tabs } from '../identity/tabs.ts';
import { toFailure } from './failure.ts';
import { createTokens, endOf, type Held, type Tokens } from './tokens.ts';
import { type CallInit, type Credentials, limit, send, type Transport } from './transport.ts';

/** Authorised calls as one participant. */
export interface Api {
  /**
   * The answer, its status 2xx; throws `Failure` for every other, and what `toFailure` reads where none came. Renews the token
   * at 80 % of its life and once on `401`.
   */
  call(path: string, init?: CallInit): Promise<Response>;
  /** `call`, its body as JSON, unchecked. A silent server is given up after 20 s. */
  json(path: string, init?: CallInit): Promise<unknown>;
}

/** The session token of one identity: in memory only, minted once however many ask. */
export interface Session extends Api, Tokens {
  /** A `DELETE` that outlives the page, if there is a token: the last words; once more when the network is back. Never rejects. */
  end(path: string): Promise<void>;
}

export interface SessionOptions {
  readonly transport: Transport;
  readonly config: () => Config;
  /** Aborts what runs and every later call. */
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
  const tokens = createTokens(options);
  const credentials = async ({ token }: Held): Promise<Credentials> => ({
    token,
    key: (await isStrictlyBound()) ? await key(null) : null,
  });
  const signalOf = (init?: CallInit): AbortSignal => (own(init, 'signal') as AbortSignal | undefined) ?? life;
  const call = async (path: string, init?: CallInit, refused?: Held): Promise<Response> => {
    const held = await tokens.grant(refused);
    try {
      return await send(transport, path, { ...init, ...(await credentials(held)), signal: AbortSignal.any([life, signalOf(init)]) });
    } catch (error) {
      if (refused || !/^(session_token_|invalid_credential)/.test(toFailure(error).code)) throw error;
      return call(path, init, held);
    }
  };
  return {
    ...tokens,
    call,
    async json(path, init) {
      const response = await call(path, { ...init, signal: limit(signalOf(init)) });
      return response.status === 204 ? null : response.json();
    },
    async end(path) {
      const held = tokens.peek();
      if (!held) return;
      const signal = AbortSignal.timeout(Math.max(0, endOf(held) - transport.clock.now()));
      const proven = await credentials(held).catch(() => null);
      if (proven) await sayLast(transport, path, { ...proven, method: 'DELETE', keepalive: true, signal });
    },
  };
}

/** Of whoever has left, token and key alone stay until the network is back, no longer than the token lives. */
async function sayLast(transport: Transport, path: string, init: CallInit & Credentials): Promise<void> {
  const say = async (): Promise<unknown> => send(transport, path, init);
  await say().catch(() => addEventListener('online', () => void say().catch(() => undefined), { ...init, once: true }));
}
