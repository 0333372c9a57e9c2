import type { MintResponse } from '@familiar/protocol';
import type { StepUp } from '../config/config.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
import { idOf } from '../identity/identity.ts';
import { inTurn } from '../identity/tabs.ts';
import { readClaims } from '../identity/token-claims.ts';
import { Failure, toFailure } from './failure.ts';
import { askIdentityToken, givenToken, mint } from './mint.ts';
import type { SessionOptions } from './session.ts';
import type { SharedGrant } from './token-share.ts';

export interface Held {
  readonly grant: MintResponse;
  readonly renewAt: number;
  readonly expiresAt: number;
}

/** The token at hand, minted once however many ask, in this tab and in others; renewed at 80 % of its life. */
export interface TokenKeeper {
  /** A token that lives. Throws `Failure`. */
  usable(): Promise<Held>;
  /** Another than `refused`, which the server no longer takes. */
  replace(refused: Held): Promise<Held>;
  peek(): Held | null;
  /** Another, from a fresh sign-in at the page. Throws `Failure`; the one at hand stays then. */
  stepUp(demand: StepUp): Promise<void>;
  /** Tries again at once, whatever failed before: the visitor or the page asked for it. */
  hurry(): void;
}

/** What for: `signedIn`, the identity token of a fresh sign-in; `refusedAt`, when the server refused the one at hand. */
interface Want {
  readonly signedIn?: string;
  readonly refusedAt?: number;
}

const TURN_LIMIT_MS = 20_000;
const RENEWAL_SHARE = 0.8;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;
/** Short: the visitor may be back on the network at any moment. */
const OFFLINE_PAUSE_MS = 4_000;

export function createTokenKeeper(options: SessionOptions, signal: AbortSignal): TokenKeeper {
  const { clock } = options.transport;
  const source = createTokenSource(options, signal, (found) => (held = found));
  let held: Held | null = null;
  let minting: Promise<Held> | null = null;
  let pause: Pause = NO_PAUSE;

  const take = async (want: Want): Promise<Held> => {
    const before = held;
    try {
      const fresh = await source(before, want);
      if (signal.aborted) throw new Failure('aborted');
      held = fresh;
      pause = NO_PAUSE;
      if (before !== null && ownerOf(before) !== ownerOf(fresh)) options.onDrift();
      return fresh;
    } catch (error) {
      pause = lengthen(pause, toFailure(error), clock.now());
      throw pause.failure;
    }
  };
  const takeOnce = async (want: Want = {}): Promise<Held> => (minting ??= take(want).finally(() => (minting = null)));
  const usable = async (): Promise<Held> => {
    if (signal.aborted) throw new Failure('aborted');
    const now = clock.now();
    const isPaused = now < pause.until;
    if (held === null || now >= held.expiresAt) {
      if (isPaused) throw pause.failure;
      return takeOnce();
    }
    if (now >= held.renewAt && !isPaused)
      takeOnce().catch(() => {
        // The token at hand still lives; when it does not, whoever asks is told.
      });
    return held;
  };
  return {
    usable,
    replace: async (refused) => (held === refused ? takeOnce({ refusedAt: clock.now() }) : usable()),
    peek: () => held,
    async stepUp(demand) {
      const asked = await askSignIn(options, demand);
      // One that is under way comes of the older sign-in.
      await minting?.catch(() => undefined);
      await (minting = take({ signedIn: asked }).finally(() => (minting = null)));
    },
    hurry: () => void (pause = NO_PAUSE),
  };
}

/** After failures nobody asks again for a while, each time longer: neither the page nor the server sees a storm. */
interface Pause {
  readonly failure: Failure;
  readonly count: number;
  readonly until: number;
}
const NO_PAUSE: Pause = { failure: new Failure('aborted'), count: 0, until: 0 };

function lengthen({ count }: Pause, failure: Failure, now: number): Pause {
  const waitMs = Math.max(
    failure.retryAfterMs ?? 0,
    Math.min(FIRST_PAUSE_MS * 2 ** count, failure.code === 'network_error' ? OFFLINE_PAUSE_MS : LONGEST_PAUSE_MS),
  );
  return { failure, count: count + 1, until: now + waitMs };
}

async function askSignIn({ identity: read, transport }: SessionOptions, demand: StepUp): Promise<string> {
  const identity = read();
  if (identity.level !== 'verified') throw new Failure('identity_required');
  return askIdentityToken(identity, transport, demand);
}

const ownerOf = ({ grant }: Held): string => JSON.stringify([grant.participant.level, grant.participant.id, grant.instance.id]);

/** Where a token comes from: another tab that has one for the same person and key, else a mint, one tab at a time. */
function createTokenSource(
  options: SessionOptions,
  signal: AbortSignal,
  onFound: (found: Held) => void,
): (before: Held | null, want: Want) => Promise<Held> {
  const { share, transport } = options;
  const { clock } = transport;
  let known: [name: string, held: Held] | null = null;
  const toHeld = ({ grant, renewInMs, expiresInMs }: SharedGrant, now: number): Held => ({
    grant,
    renewAt: now + renewInMs,
    expiresAt: now + expiresInMs,
  });
  const toShared = ({ grant, renewAt, expiresAt }: Held): SharedGrant => ({
    grant,
    renewInMs: renewAt - clock.now(),
    expiresInMs: expiresAt - clock.now(),
  });
  const undoing = [
    share?.answer((who) => (known !== null && known[0] === who && clock.now() < known[1].renewAt ? toShared(known[1]) : null)),
    share?.hear((who, found) => {
      const held = toHeld(found, clock.now());
      if (known === null || known[0] !== who || held.expiresAt <= known[1].expiresAt || ownerOf(held) !== ownerOf(known[1])) return;
      known = [known[0], held];
      onFound(held);
    }),
  ];
  for (const undo of undoing) if (undo !== undefined) signal.addEventListener('abort', undo);
  const obtain = async (before: Held | null, want: Want): Promise<Held> => {
    // Another tab was quicker while this one waited for its turn.
    if (before !== null && want.signedIn === undefined && known !== null && known[1] !== before) return known[1];
    const { held, name, isMinted } = await find(options, { before, want, signal, toHeld });
    known = name === null ? null : [name, held];
    if (isMinted && name !== null && before !== null && want.signedIn === undefined) share?.tell(name, toShared(held));
    return held;
  };
  return async (before, want) =>
    share === undefined
      ? obtain(before, want)
      : inTurn(`${share.name}:mint`, AbortSignal.any([signal, AbortSignal.timeout(TURN_LIMIT_MS)]), async () => obtain(before, want));
}

interface Search {
  readonly before: Held | null;
  readonly want: Want;
  readonly signal: AbortSignal;
  readonly toHeld: (found: SharedGrant, now: number) => Held;
}

/** One token: another tab's, or a mint. `name`: under which it may be shared. */
async function find(options: SessionOptions, { before, want, signal, toHeld }: Search) {
  const { share, transport } = options;
  const { clock } = transport;
  const { signedIn, refusedAt } = want;
  const { identity, key, asked = signedIn } = await findKey(options, before);
  const who = signedIn === undefined ? nameOfShared(options, key, before) : null;
  const isWanted = (found: SharedGrant): boolean => isFresh(found, refusedAt === undefined ? Infinity : clock.now() - refusedAt);
  const shared = who === null ? null : ((await share?.ask(who, isWanted)) ?? null);
  // Counted from the moment of asking: a slow answer makes the token older, never younger.
  const now = clock.now();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TURN_LIMIT_MS)]);
  const renews = before?.grant.instance.kind === 'ephemeral' ? before.grant.token : undefined;
  const grant = shared?.grant ?? (await mint({ ...options, identity, key, asked, signal: limit, renews }));
  const lifeMs = grant.expires_in * 1_000;
  const held = toHeld(shared ?? { grant, renewInMs: lifeMs * RENEWAL_SHARE, expiresInMs: lifeMs }, now);
  return { held, name: nameOfShared(options, key, held), isMinted: shared === null };
}

/** What one sign-in was refused for may hold for tokens of its time: after a refusal only younger ones count. */
const isFresh = ({ grant, expiresInMs }: SharedGrant, limitMs: number): boolean => grant.expires_in * 1_000 - expiresInMs < limitMs;

interface Found {
  readonly identity: ReturnType<SessionOptions['identity']>;
  readonly key: BrowserKey;
  readonly asked: string | undefined;
}

/** The browser's key may depend on who it is: where only the page's token says so, that is asked for first. */
async function findKey({ identity: read, key, transport }: SessionOptions, before: Held | null): Promise<Found> {
  const identity = read();
  if (identity.level !== 'verified') return { identity, key: await key(null), asked: undefined };
  const id = idOf(identity);
  if (id !== null || before !== null) return { identity, key: await key(id), asked: undefined };
  const asked = givenToken(identity, transport) ?? (await askIdentityToken(identity, transport));
  const { sub } = readClaims(asked);
  return { identity, key: await key(typeof sub === 'string' ? sub : null), asked };
}

/** Tabs with the same name may share a token; null: with nobody. A verified identity is proven by each page once. */
function nameOfShared(
  { embedKey, identity: read, instance, transport }: SessionOptions,
  key: BrowserKey,
  held: Held | null,
): string | null {
  const { attributes, level, userId } = read();
  const isVerified = level === 'verified';
  if (key.epoch === null || level === 'ephemeral' || held?.grant.instance.kind === 'ephemeral' || (isVerified && held === null))
    return null;
  const id = isVerified ? held?.grant.participant.id : userId;
  return JSON.stringify([transport.baseUrl, embedKey, instance, level, id, attributes, key.epoch]);
}
