import type { MintResponse } from '@familiar/protocol';
import { Failure, toFailure } from './failure.ts';
import { mint } from './mint.ts';
import type { SessionOptions } from './session.ts';

export interface Held {
  readonly grant: MintResponse;
  readonly renewAt: number;
  readonly expiresAt: number;
}

const RENEWAL_SHARE = 0.8;
const RENEWAL_PAUSE_MS = 15_000;

/** The token at hand, minted once however many ask, renewed at 80 % of its life. */
export interface TokenKeeper {
  /** A token that lives. Throws `Failure`. */
  usable(): Promise<Held>;
  /** Another than `refused`, which the server no longer takes. */
  replace(refused: Held): Promise<Held>;
  peek(): Held | null;
}

export function createTokenKeeper(options: SessionOptions, signal: AbortSignal): TokenKeeper {
  const { clock } = options.transport;
  let held: Held | null = null;
  let minting: Promise<Held> | null = null;
  let mayRenewAt = 0;

  const mintOnce = async (): Promise<Held> => {
    minting ??= mintNow().finally(() => (minting = null));
    return minting;
  };
  const mintNow = async (): Promise<Held> => {
    const askedAt = clock.now();
    try {
      const key = await options.key();
      const grant = await mint({ ...options, key, identity: options.identity(), signal });
      assertAlive();
      const before = held?.grant;
      // Counted from the moment of asking: a slow answer makes the token older, never younger.
      const lifeMs = grant.expires_in * 1_000;
      const fresh = { grant, renewAt: askedAt + lifeMs * RENEWAL_SHARE, expiresAt: askedAt + lifeMs };
      held = fresh;
      if (before !== undefined && !isSameOwner(before, grant)) options.onDrift();
      return fresh;
    } catch (error) {
      mayRenewAt = clock.now() + RENEWAL_PAUSE_MS;
      throw toFailure(error);
    }
  };
  const assertAlive = (): void => {
    if (signal.aborted) throw new Failure('aborted');
  };
  const usable = async (): Promise<Held> => {
    assertAlive();
    const now = clock.now();
    if (held === null || now >= held.expiresAt) return mintOnce();
    if (now >= held.renewAt && now >= mayRenewAt)
      mintOnce().catch(() => {
        // The token at hand still lives; when it does not, whoever asks is told.
      });
    return held;
  };
  return {
    usable,
    replace: async (refused) => (held === refused ? mintOnce() : usable()),
    peek: () => held,
  };
}

function isSameOwner(one: MintResponse, other: MintResponse): boolean {
  return (
    one.participant.level === other.participant.level &&
    one.participant.id === other.participant.id &&
    one.instance.id === other.instance.id
  );
}
