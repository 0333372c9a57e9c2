import type { MintResponse } from '@familiar/protocol';
import { or } from '../config/own.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
import { idOf } from '../identity/identity.ts';
import { inTurn } from '../identity/tabs.ts';
import { Failure, toFailure } from './failure.ts';
import { readGrant } from './grant.ts';
import { identityTokenOf, mint } from './mint.ts';
import type { SessionOptions } from './session.ts';
import { limit } from './transport.ts';

export interface Held {
  readonly grant: MintResponse;
  /** When it was asked for, on the transport's clock; never, once the server no longer takes it. */
  since: number;
  /** Tabs with the same name may share it; null: with nobody. */
  readonly who: string | null;
}

/** The token at hand, minted once however many ask, in this tab and in others; renewed at 80 % of its life. */
export interface Tokens {
  /** A token that lives, another than `refused`, which the server no longer takes. Throws `Failure`. */
  readonly usable: (refused?: Held) => Promise<Held>;
  readonly peek: () => Held | null;
  /** Takes one for the identity token of a fresh sign-in. Throws `Failure`; the one at hand stays then. */
  readonly signIn: (identityToken: string) => Promise<void>;
  /** Forgets the pause after failures: the visitor or the page asked to try again. */
  readonly hurry: () => void;
}

const ANSWER_LIMIT_MS = 60;
const RENEWAL_SHARE = 0.8;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;
/** Short: the visitor may be back on the network at any moment. */
const OFFLINE_PAUSE_MS = 4_000;

/** When so much of its life is over. */
export const endOf = ({ grant, since }: Held, share = 1): number => since + grant.expires_in * 1_000 * share;
const ownerOf = ({ grant: { participant, instance } }: Held): string => JSON.stringify([participant.level, participant.id, instance.id]);

const pauseAfter = ({ code, retryAfterMs = 0 }: Failure, failures: number): number =>
  Math.max(retryAfterMs, Math.min(FIRST_PAUSE_MS * 2 ** failures, code === 'network_error' ? OFFLINE_PAUSE_MS : LONGEST_PAUSE_MS));

export function createTokens(options: SessionOptions): Tokens {
  const { clock } = options.transport;
  const { life } = options;
  const hand = takeHand(options);
  let minting: Promise<Held> | null = null;
  // After failures nobody asks again for a while, each time longer: neither the page nor the server sees a storm.
  let failures = 0;
  let failure: Failure | null = null;
  let until = 0;

  const take = async (signedIn?: string): Promise<Held> => {
    try {
      const fresh = await find(options, hand, signedIn);
      life.throwIfAborted();
      hand.take(fresh);
      until = failures = 0;
      return fresh;
    } catch (error) {
      failure = toFailure(error);
      until = clock.now() + pauseAfter(failure, failures);
      failures += 1;
      throw failure;
    } finally {
      minting = null;
    }
  };
  const begin = async (signedIn?: string): Promise<Held> => (minting = take(signedIn));
  return {
    async usable(refused) {
      life.throwIfAborted();
      const now = clock.now();
      if (refused) {
        refused.since = -Infinity;
        hand.floor = now;
      }
      const { held } = hand;
      const isPaused = !refused && now < until;
      if (!held || now >= endOf(held)) {
        if (isPaused) throw failure;
        return minting ?? begin();
      }
      // The token at hand still lives; when it does not, whoever asks is told.
      if (now >= endOf(held, RENEWAL_SHARE) && !isPaused) (minting ?? begin()).catch(() => undefined);
      return held;
    },
    peek: () => hand.held,
    async signIn(identityToken) {
      // One that is under way comes of the older sign-in.
      await minting?.catch(() => undefined);
      await begin(identityToken);
    },
    hurry: () => void (until = failures = 0),
  };
}

/** What this tab has, and what it would take from another: session tokens go between tabs in memory only, never stored. */
interface Hand {
  held: Held | null;
  /** Whose tokens are taken. */
  who: string | null;
  /** Only younger ones are: what is older than a refusal may be refused for the same reason. */
  floor: number;
  /** While this tab asks. */
  onHeard: (() => void) | null;
  readonly take: (fresh: Held) => void;
  readonly tell: (held: Held, isFresh: boolean) => void;
}

/** Answers other tabs that show the same person with the same key, and takes their tokens. */
function takeHand({ life, onDrift, tabs, transport: { clock } }: SessionOptions): Hand {
  const hand: Hand = {
    held: null,
    who: null,
    floor: -Infinity,
    onHeard: null,
    take(fresh) {
      const before = hand.held;
      hand.held = fresh;
      hand.floor = fresh.since;
      if (before && ownerOf(before) !== ownerOf(fresh)) onDrift();
    },
    tell({ grant, since, who }, isFresh) {
      if (who) tabs.tell({ who, grant, ageMs: clock.now() - since, isFresh });
    },
  };
  const unhear = tabs.hear(({ who, grant, ageMs, isFresh }) => {
    const { held } = hand;
    const now = clock.now();
    if (!who || who !== hand.who) return;
    if (!grant) {
      if (held?.who === who && now < endOf(held, RENEWAL_SHARE)) hand.tell(held, false);
      return;
    }
    const found = or(readGrant, null)(grant);
    const since = now - Number(ageMs);
    // What is answered to another tab may be what the server is about to refuse.
    if (!found || !(isFresh || hand.onHeard) || !(since > hand.floor)) return;
    hand.take({ grant: found, since, who: hand.who });
    hand.onHeard?.();
  });
  life.addEventListener('abort', unhear);
  return hand;
}

/** One token: another tab's for the same person and key, else a mint, one tab at a time. */
async function find(options: SessionOptions, hand: Hand, signedIn?: string): Promise<Held> {
  const { config, life, tabs, transport } = options;
  const { clock } = transport;
  const before = hand.held;
  return inTurn(`${config().agent}:mint`, limit(life), async () => {
    life.throwIfAborted();
    const identity = options.identity();
    const { code, level } = identity;
    if (code) throw new Failure(code);
    const isVerified = level === 'verified';
    const prove = async (): Promise<string> => signedIn ?? identityTokenOf(identity, transport);
    // The browser's key may depend on who it is, which only the page's token may say.
    let identityToken = isVerified && !before ? await prove() : null;
    const key = await options.key(isVerified ? idOf({ ...identity, identityToken }) : null);
    hand.who = nameOf(options, key, before?.grant);
    if (hand.who && !signedIn) {
      // Another tab may have been quicker while this one waited for its turn.
      if (hand.held === before)
        await new Promise<void>((resolve) => {
          hand.onHeard = resolve;
          clock.after(ANSWER_LIMIT_MS, resolve);
          tabs.tell({ who: hand.who });
        });
      hand.onHeard = null;
      if (hand.held && hand.held !== before) return hand.held;
    }
    if (isVerified) identityToken ??= await prove();
    // Counted from the moment of asking: a slow answer makes the token older, never younger.
    const since = clock.now();
    const token = before?.grant.instance.kind === 'ephemeral' ? before.grant.token : undefined;
    const grant = await mint(options, { identity, identityToken, key, token });
    const held = { grant, since, who: (hand.who = nameOf(options, key, grant)) };
    if (!signedIn) hand.tell(held, true);
    return held;
  });
}

/** A verified identity is proven by each page once. Keys that no other tab can have, those of ephemeral visits too, have no epoch. */
function nameOf({ config, identity, transport }: SessionOptions, { epoch }: BrowserKey, grant?: MintResponse): string | null {
  const { embedKey, instance } = config();
  const { attributes, level, userId } = identity();
  const id = level === 'verified' ? grant?.participant.id : userId;
  if (!epoch || id === undefined || grant?.instance.kind === 'ephemeral') return null;
  return JSON.stringify([transport.baseUrl, embedKey, instance, level, id, attributes, epoch]);
}
