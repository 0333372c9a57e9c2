import type { MintResponse } from '@familiar/protocol';
import type { Clock } from '../config/clock.ts';
import { own } from '../config/own.ts';
import type { Tabs } from '../identity/tabs.ts';
import { parseGrant } from './grant.ts';

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
}

const ANSWER_LIMIT_MS = 60;

export function createTokenShare(agent: string, tabs: Tabs, clock: Clock): TokenShare {
  return {
    name: `familiar:${agent}`,
    ask: async (who, isWanted) =>
      new Promise((resolve) => {
        const done = (shared: SharedGrant | null): void => {
          cancel();
          unhear();
          resolve(shared);
        };
        const cancel = clock.after(ANSWER_LIMIT_MS, () => done(null));
        const unhear = tabs.hear((message) => {
          const grant = own(message, 'tokenOf') === who ? parseGrant(own(message, 'grant')) : null;
          const [renewInMs, expiresInMs] = [Number(own(message, 'renewInMs')), Number(own(message, 'expiresInMs'))];
          if (grant !== null && renewInMs > 0 && expiresInMs > 0 && isWanted({ grant, renewInMs, expiresInMs }))
            done({ grant, renewInMs, expiresInMs });
        });
        tabs.tell({ wants: who });
      }),
    answer: (find) =>
      tabs.hear((message) => {
        const who = own(message, 'wants');
        const shared = who === undefined ? null : find(who);
        if (shared !== null) tabs.tell({ tokenOf: who, ...shared });
      }),
  };
}
