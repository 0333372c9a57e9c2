import type { MintResponse } from '@familiar/protocol';
import type { Clock } from '../config/clock.ts';
import { or, own } from '../config/own.ts';
import type { Tabs } from '../identity/tabs.ts';
import { readGrant } from './grant.ts';

/** A session token with what is left of its life, in milliseconds. */
export interface SharedGrant {
  readonly grant: MintResponse;
  readonly renewInMs: number;
  readonly expiresInMs: number;
}

/** Session tokens between tabs that show the same person with the same key: in memory only, never stored. */
export interface TokenShare {
  /** Prefix of the locks. */
  readonly name: string;
  /** A living token of `who` from another tab, or null after 60 ms. */
  ask(who: string, isWanted: (found: SharedGrant) => boolean): Promise<SharedGrant | null>;
  /** Answers the others with what `find` gives. Returns its undo. */
  answer(find: (who: unknown) => SharedGrant | null): () => void;
  /** Gives a fresh token to all who show `who`. */
  tell(who: string, found: SharedGrant): void;
  /** Hears what others have minted. Returns its undo. */
  hear(listener: (who: unknown, found: SharedGrant) => void): () => void;
}

const ANSWER_LIMIT_MS = 60;

function readToken(message: unknown): SharedGrant | null {
  const grant = or(readGrant, null)(own(message, 'grant'));
  const [renewInMs, expiresInMs] = [Number(own(message, 'renewInMs')), Number(own(message, 'expiresInMs'))];
  return grant !== null && renewInMs > 0 && expiresInMs > 0 ? { grant, renewInMs, expiresInMs } : null;
}

export function createTokenShare(agent: string, tabs: Tabs, clock: Clock): TokenShare {
  const listen = (fields: readonly string[], listener: (who: unknown, found: SharedGrant) => void): (() => void) =>
    tabs.hear((message) => {
      const who = fields.map((field) => own(message, field)).find((name) => name !== undefined);
      const found = who === undefined ? null : readToken(message);
      if (found !== null) listener(who, found);
    });
  return {
    name: `familiar:${agent}`,
    tell: (who, found) => tabs.tell({ tokenOf: who, ...found }),
    // Not what is answered to others: it may be older than a refusal that this tab has had.
    hear: (listener) => listen(['tokenOf'], listener),
    ask: async (who, isWanted) =>
      new Promise((resolve) => {
        const done = (found: SharedGrant | null): void => {
          cancel();
          unhear();
          resolve(found);
        };
        const cancel = clock.after(ANSWER_LIMIT_MS, () => done(null));
        const unhear = listen(['tokenOf', 'answerTo'], (named, found) => (named === who && isWanted(found) ? done(found) : undefined));
        tabs.tell({ wants: who });
      }),
    answer: (find) =>
      tabs.hear((message) => {
        const who = own(message, 'wants');
        const found = typeof who === 'string' ? find(who) : null;
        if (found !== null) tabs.tell({ answerTo: who, ...found });
      }),
  };
}
