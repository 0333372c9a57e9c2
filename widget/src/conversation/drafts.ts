import type { Participant } from '@familiar/protocol';
import type { Clock } from '../config/clock.ts';
import type { Vault } from '../identity/vault.ts';

/** The text in the composer, kept under the identity that wrote it and wiped with it. */
export interface Drafts {
  load(): Promise<string>;
  save(text: string): void;
  /** Writes what waits to be written. */
  flush(): void;
  /** Forgets what is kept: the identity is over. */
  discard(): void;
}

const PAUSE_MS = 300;
const MAX_CHARACTERS = 32_768;

export const NO_DRAFTS: Drafts = { load: async () => '', save: () => undefined, flush: () => undefined, discard: () => undefined };

export function createDrafts(vault: Vault, owner: Participant, clock: Clock): Drafts {
  // JSON of the parts: no two owners share a key, whatever their ids contain.
  const key = `draft:${JSON.stringify([owner.level, owner.id])}`;
  let waiting: string | null = null;
  let cancel = (): void => undefined;
  const flush = (): void => {
    cancel();
    if (waiting === null) return;
    const text = waiting;
    waiting = null;
    const done = text === '' ? vault.remove(key) : vault.update(key, () => text.slice(0, MAX_CHARACTERS));
    done.catch(() => {
      // A draft that cannot be kept is still on the screen.
    });
  };
  return {
    async load() {
      try {
        const found = await vault.get(key);
        return typeof found === 'string' ? found : '';
      } catch {
        // No storage, no draft.
        return '';
      }
    },
    save(text) {
      cancel();
      waiting = text;
      cancel = clock.after(PAUSE_MS, flush);
    },
    flush,
    discard() {
      waiting = '';
      flush();
    },
  };
}
