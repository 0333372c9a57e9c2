import type { MintResponse } from '@familiar/protocol';
import type { BrowserKey } from '../identity/browser-key.ts';
import { idOf } from '../identity/identity.ts';
import { inTurn } from '../identity/tabs.ts';
import { readClaims } from '../identity/token-claims.ts';
import { Failure, toFailure } from './failure.ts';
import { askIdentityToken, givenToken, mint } from './mint.ts';
import type { SessionOptions } from './session.ts';

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
  /** Tries again at once, whatever failed before: the visitor or the page asked for it. */
  hurry(): void;
}

const RENEWAL_SHARE = 0.8;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

export function createTokenKeeper(options: SessionOptions, signal: AbortSignal): TokenKeeper {
  const { clock } = options.transport;
  const source = createTokenSource(options, signal);
  let held: Held | null = null;
  let minting: Promise<Held> | null = null;
  let failure: Failure | null = null;
  let failures = 0;
  let pausedUntil = 0;

  const take = async (): Promise<Held> => {
    const before = held;
    try {
      const fresh = await source(before);
      if (signal.aborted) throw new Failure('aborted');
      held = fresh;
      failures = 0;
      if (before !== null && ownerOf(before) !== ownerOf(fresh)) options.onDrift();
      return fresh;
    } catch (error) {
      failure = toFailure(error);
      pausedUntil = clock.now() + Math.max(failure.retryAfterMs ?? 0, Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS));
      failures += 1;
      throw failure;
    }
  };
  const takeOnce = async (): Promise<Held> => (minting ??= take().finally(() => (minting = null)));
  const usable = async (): Promise<Held> => {
    if (signal.aborted) throw new Failure('aborted');
    const now = clock.now();
    const isPaused = now < pausedUntil;
    if (held === null || now >= held.expiresAt) {
      if (isPaused && failure !== null) throw failure;
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
    replace: async (refused) => (held === refused ? takeOnce() : usable()),
    peek: () => held,
    hurry: () => (pausedUntil = failures = 0),
  };
}

const ownerOf = ({ grant }: Held): string => JSON.stringify([grant.participant.level, grant.participant.id, grant.instance.id]);

/** Where a token comes from: another tab that has one for the same person and key, else a mint, one tab at a time. */
function createTokenSource(options: SessionOptions, signal: AbortSignal): (before: Held | null) => Promise<Held> {
  const { share, transport } = options;
  const { clock } = transport;
  let known: [name: string, held: Held] | null = null;
  signal.addEventListener(
    'abort',
    share?.answer((who) => {
      const now = clock.now();
      if (known === null || known[0] !== who || now >= known[1].renewAt) return null;
      const { grant, renewAt, expiresAt } = known[1];
      return { grant, renewInMs: renewAt - now, expiresInMs: expiresAt - now };
    }) ?? (() => undefined),
  );
  const obtain = async (before: Held | null): Promise<Held> => {
    const { identity, key, asked } = await findKey(options, before);
    const who = nameOfShared(options, key, before);
    const shared = who === null ? null : ((await share?.ask(who, before?.grant.token)) ?? null);
    // Counted from the moment of asking: a slow answer makes the token older, never younger.
    const askedAt = clock.now();
    const isEphemeral = before?.grant.instance.kind === 'ephemeral';
    const limit = AbortSignal.any([signal, AbortSignal.timeout(20_000)]);
    const input = { ...options, identity, key, asked, signal: limit, renews: isEphemeral ? before.grant.token : undefined };
    const grant = shared?.grant ?? (await mint(input));
    const lifeMs = grant.expires_in * 1_000;
    const held = {
      grant,
      renewAt: askedAt + (shared?.renewInMs ?? lifeMs * RENEWAL_SHARE),
      expiresAt: askedAt + (shared?.expiresInMs ?? lifeMs),
    };
    const name = nameOfShared(options, key, held);
    known = name === null ? null : [name, held];
    return held;
  };
  return async (before) =>
    share === undefined
      ? obtain(before)
      : inTurn(`${share.name}:mint`, AbortSignal.any([signal, AbortSignal.timeout(20_000)]), async () => obtain(before));
}

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
