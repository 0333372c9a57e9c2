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

/** A grant; one that the server no longer takes has `expires_in` 0. */
export interface Held extends Omit<MintResponse, 'expires_in'> {
  expires_in: number;
  /** When it was asked for, on the transport's clock; when it was refused. */
  since: number;
  /** Tabs with the same name may share it; null: with nobody. */
  readonly who: string | null;
}

/** The token at hand, minted once however many ask, in this tab and in others; renewed at 80 % of its life. */
export interface Tokens {
  /** A token that lives, another than `refused`, which the server no longer takes. Throws `Failure`. */
  readonly grant: (refused?: Held) => Promise<Held>;
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
export const endOf = (held: Held, share = 1): number => held.since + held.expires_in * 1_000 * share;
const ownerOf = ({ participant, instance }: Held): string => JSON.stringify([participant.level, participant.id, instance.id]);

export function createTokens(options: SessionOptions): Tokens {
  const { life, transport } = options;
  const { clock } = transport;
  const hand = takeHand(options);
  let minting: Promise<Held> | null = null;
  // After failures nobody asks again for a while, each time longer: neither the page nor the server sees a storm.
  let failure: Failure | null = null;
  let pauseMs = 0;
  let until = 0;

  const begin = async (signedIn?: string): Promise<Held> => {
    try {
      const fresh = await find(options, hand, signedIn);
      until = pauseMs = 0;
      return fresh;
    } catch (error) {
      failure = toFailure(error);
      const { code, retryAfterMs = 0 } = failure;
      pauseMs = Math.min(pauseMs * 2 || FIRST_PAUSE_MS, code === 'network_error' ? OFFLINE_PAUSE_MS : LONGEST_PAUSE_MS);
      until = clock.now() + Math.max(retryAfterMs, pauseMs);
      throw failure;
    } finally {
      minting = null;
    }
  };
  return {
    async grant(refused) {
      life.throwIfAborted();
      const now = clock.now();
      if (refused) {
        refused.since = now;
        until = refused.expires_in = 0;
      }
      const { held } = hand;
      if (held && now < endOf(held, RENEWAL_SHARE)) return held;
      const fresh = now < until ? Promise.reject(failure) : (minting ??= begin());
      if (!held || now >= endOf(held)) return fresh;
      // The token at hand still lives; when it does not, whoever asks is told.
      fresh.catch(() => undefined);
      return held;
    },
    peek: () => hand.held,
    async signIn(identityToken) {
      // One that is under way comes of the older sign-in.
      await minting?.catch(() => undefined);
      await (minting = begin(identityToken));
    },
    hurry: () => void (until = pauseMs = 0),
  };
}

/** What this tab has. Session tokens go between tabs in memory only, never stored. */
interface Hand {
  held: Held | null;
  /** Whose tokens are taken. */
  who: string | null;
  /** While this tab asks. */
  onHeard: (() => void) | null;
}

function take({ onDrift }: SessionOptions, hand: Hand, fresh: Held): void {
  const { held } = hand;
  hand.held = fresh;
  if (held && ownerOf(held) !== ownerOf(fresh)) onDrift();
}

/** Answers other tabs that show the same person with the same key, and takes their tokens. */
function takeHand(options: SessionOptions): Hand {
  const { life, tabs, transport } = options;
  const hand: Hand = { held: null, who: null, onHeard: null };
  const unhear = tabs.hear(({ who, grant, ageMs, isFresh }) => {
    const { held, onHeard } = hand;
    const now = transport.clock.now();
    if (!who || who !== hand.who) return;
    const found = or(readGrant, null)(grant);
    const since = now - Number(ageMs);
    if (!found) {
      if (held?.who === who && now < endOf(held, RENEWAL_SHARE)) tell(options, held, false);
      // What is older than a refusal may be refused for the same reason, and so may what is answered to another tab.
    } else if ((isFresh || onHeard) && (!held || since > held.since)) {
      take(options, hand, { ...found, since, who: hand.who });
      onHeard?.();
    }
  });
  life.addEventListener('abort', unhear);
  return hand;
}

function tell({ tabs, transport }: SessionOptions, held: Held, isFresh: boolean): void {
  const { since, who } = held;
  if (who) tabs.tell({ who, grant: held, ageMs: transport.clock.now() - since, isFresh });
}

/** One token: another tab's for the same person and key, else a mint, one tab at a time. */
async function find(options: SessionOptions, hand: Hand, signedIn?: string): Promise<Held> {
  const { config, life, tabs, transport } = options;
  const { clock } = transport;
  const before = hand.held;
  return inTurn(`${config().agent}:mint`, limit(life), async () => {
    life.throwIfAborted();
    const identity = options.identity();
    const { level } = identity;
    // Its own: a page's `Object.prototype.code` is nobody's.
    if (level === 'refused') throw new Failure(identity.code);
    const isVerified = level === 'verified';
    // The browser's key may depend on who it is, which only the page's token may say.
    let identityToken = signedIn ?? (isVerified && !before ? await identityTokenOf(identity, transport) : null);
    const key = await options.key(isVerified ? idOf({ ...identity, identityToken }) : null);
    // Of whom it is minted for: the page may say something else of them meanwhile.
    const name = (held: MintResponse | null): string | null => (hand.who = nameOf({ ...options, identity: () => identity }, key, held));
    const who = name(before);
    if (who && !signedIn) {
      // Another tab may have been quicker while this one waited for its turn.
      if (hand.held === before)
        await new Promise<void>((resolve) => {
          hand.onHeard = resolve;
          clock.after(ANSWER_LIMIT_MS, resolve);
          tabs.tell({ who });
        });
      hand.onHeard = null;
      if (hand.held && hand.held !== before) return hand.held;
    }
    if (isVerified) identityToken ??= await identityTokenOf(identity, transport);
    // Counted from the moment of asking: a slow answer makes the token older, never younger.
    const since = clock.now();
    const token = before?.instance.kind === 'ephemeral' ? before.token : undefined;
    const granted = await mint(options, { identity, identityToken, key, token });
    life.throwIfAborted();
    const fresh = { ...granted, since, who: name(granted) };
    take(options, hand, fresh);
    if (!signedIn) tell(options, fresh, true);
    return fresh;
  });
}

/** A verified identity is proven by each page once. Keys that no other tab can have, those of ephemeral visits too, have no epoch. */
function nameOf({ config, identity, transport }: SessionOptions, { epoch }: BrowserKey, held: MintResponse | null): string | null {
  const { embedKey, instance } = config();
  const { attributes, level, userId } = identity();
  const id = level === 'verified' ? held?.participant.id : userId;
  if (!epoch || id === undefined || held?.instance.kind === 'ephemeral') return null;
  return JSON.stringify([transport.baseUrl, embedKey, instance, level, id, attributes, epoch]);
}
