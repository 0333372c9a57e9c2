import type { MintResponse } from '@familiar/protocol';
import { or } from '../config/own.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
import { idOf } from '../identity/identity.ts';
import { inTurn } from '../identity/tabs.ts';
import { type Failure, toFailure } from './failure.ts';
import { readGrant } from './grant.ts';
import { askIdentityToken, givenToken, mint } from './mint.ts';
import type { SessionOptions } from './session.ts';
import { limit } from './transport.ts';

export interface Held {
  readonly grant: MintResponse;
  /** When it was asked for, on the transport's clock. */
  readonly since: number;
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
  /** Tries again at once, whatever failed before: the visitor or the page asked for it. */
  readonly hurry: () => void;
}

const ANSWER_LIMIT_MS = 60;
const RENEWAL_SHARE = 0.8;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;
/** Short: the visitor may be back on the network at any moment. */
const OFFLINE_PAUSE_MS = 4_000;

/** When so much of its life is over. */
export const endOf = ({ grant, since }: Omit<Held, 'who'>, share = 1): number => since + grant.expires_in * 1_000 * share;
const ownerOf = ({ participant, instance }: MintResponse): string => JSON.stringify([participant.level, participant.id, instance.id]);

const pauseAfter = ({ code, retryAfterMs = 0 }: Failure, failures: number): number =>
  Math.max(retryAfterMs, Math.min(FIRST_PAUSE_MS * 2 ** failures, code === 'network_error' ? OFFLINE_PAUSE_MS : LONGEST_PAUSE_MS));

export function createTokens(options: SessionOptions): Tokens {
  const { life, transport } = options;
  const { clock } = transport;
  const hand: Hand = { held: null, refused: null, refusedAt: -Infinity, who: null, onHeard: () => undefined };
  let minting: Promise<Held> | null = null;
  // After failures nobody asks again for a while, each time longer: neither the page nor the server sees a storm.
  let failures = 0;
  let failure: Failure | null = null;
  let until = 0;
  share(options, hand);

  const take = async (signedIn?: string): Promise<Held> => {
    const before = hand.held;
    try {
      const fresh = await find(options, hand, signedIn);
      life.throwIfAborted();
      hand.held = fresh;
      until = failures = 0;
      if (before !== null && ownerOf(before.grant) !== ownerOf(fresh.grant)) options.onDrift();
      return fresh;
    } catch (error) {
      failure = toFailure(error);
      until = clock.now() + pauseAfter(failure, failures);
      failures += 1;
      throw failure;
    }
  };
  const begin = async (signedIn?: string): Promise<Held> => (minting = take(signedIn).finally(() => (minting = null)));
  return {
    async usable(refused) {
      life.throwIfAborted();
      const now = clock.now();
      const { held } = hand;
      if (held !== null && held === refused) Object.assign(hand, { refused, refusedAt: now });
      const isPaused = now < until;
      if (held === null || held === hand.refused || now >= endOf(held)) {
        if (isPaused && !refused) throw failure;
        return minting ?? begin();
      }
      if (now >= endOf(held, RENEWAL_SHARE) && !isPaused && minting === null)
        begin().catch(() => {
          // The token at hand still lives; when it does not, whoever asks is told.
        });
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
  /** The last one that the server no longer took, and when it said so. */
  refused: Held | null;
  refusedAt: number;
  /** Whose tokens are taken. */
  who: string | null;
  onHeard: () => void;
}

/** Answers other tabs that show the same person with the same key, and takes their tokens. */
function share({ life, tabs, transport: { clock } }: SessionOptions, hand: Hand): void {
  const unhear = tabs.hear(({ who, grant, ageMs }) => {
    const { held } = hand;
    const now = clock.now();
    if (!who || who !== hand.who) return;
    if (grant === undefined) {
      if (held?.who === who && held !== hand.refused && now < endOf(held, RENEWAL_SHARE)) tell(tabs, held, now);
      return;
    }
    const found = or(readGrant, null)(grant);
    const since = now - Number(ageMs);
    // Older than a refusal, it may be refused for the same reason.
    const isNewer = since > Math.max(hand.refusedAt, held?.since ?? -Infinity);
    if (found === null || !isNewer || now >= endOf({ grant: found, since })) return;
    if (held !== null && ownerOf(held.grant) !== ownerOf(found)) return;
    hand.held = { grant: found, since, who: hand.who };
    hand.onHeard();
  });
  life.addEventListener('abort', unhear);
}

const tell = (tabs: SessionOptions['tabs'], { grant, since, who }: Held, now: number): void =>
  tabs.tell({ who, grant, ageMs: now - since });

/** One token: another tab's for the same person and key, else a mint, one tab at a time. */
async function find(options: SessionOptions, hand: Hand, signedIn: string | null = null): Promise<Held> {
  const { config, life, tabs, transport } = options;
  const { clock } = transport;
  const before = hand.held;
  const signal = limit(life);
  return inTurn(`${config().agent}:mint`, signal, async () => {
    const isHeard = (): boolean => hand.held !== before && signedIn === null;
    // Another tab was quicker while this one waited for its turn.
    if (hand.held !== null && isHeard()) return hand.held;
    const identity = options.identity();
    let asked = signedIn;
    let person: string | null = null;
    if (identity.level === 'verified') {
      person = idOf(identity);
      // The browser's key may depend on who it is: where only the page's token says so, that is asked for first.
      if (person === null && before === null) {
        asked ??= givenToken(identity, transport) ?? (await askIdentityToken(identity, transport));
        person = idOf({ ...identity, identityToken: asked });
      }
    }
    const key = await options.key(person);
    hand.who = nameOf(options, key, before?.grant);
    if (hand.who !== null && signedIn === null) {
      await new Promise<void>((resolve) => {
        hand.onHeard = resolve;
        clock.after(ANSWER_LIMIT_MS, resolve);
        tabs.tell({ who: hand.who });
      });
      if (hand.held !== null && isHeard()) return hand.held;
    }
    // Counted from the moment of asking: a slow answer makes the token older, never younger.
    const since = clock.now();
    const token = before?.grant.instance.kind === 'ephemeral' ? before.grant.token : undefined;
    const grant = await mint(options, { asked, identity, key, signal, token });
    const held = { grant, since, who: (hand.who = nameOf(options, key, grant)) };
    if (signedIn === null && held.who !== null) tell(tabs, held, clock.now());
    return held;
  });
}

/** A verified identity is proven by each page once. Keys that no other tab can have, those of ephemeral visits too, have no epoch. */
function nameOf({ config, identity, transport }: SessionOptions, { epoch }: BrowserKey, grant?: MintResponse): string | null {
  const { embedKey, instance } = config();
  const { attributes, level, userId } = identity();
  const isVerified = level === 'verified';
  if (epoch === null || grant?.instance.kind === 'ephemeral' || (isVerified && !grant)) return null;
  return JSON.stringify([transport.baseUrl, embedKey, instance, level, isVerified ? grant?.participant.id : userId, attributes, epoch]);
}
