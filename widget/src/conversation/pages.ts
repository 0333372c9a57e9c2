import { type ReadonlySignal, signal } from '@preact/signals';
import type { Api } from '../session/session.ts';
import { loadHistory } from './history.ts';
import type { MessageList } from './message-list.ts';

/** The stored messages of a session, page by page into the list. */
export interface Pages {
  readonly hasEarlier: ReadonlySignal<boolean>;
  /** The newest ones; resolves to the run that is going on, if any. Throws `Failure`. */
  reload(): Promise<string | null>;
  /** The page before; one at a time. Throws `Failure`. */
  loadEarlier(): Promise<void>;
}

export interface PagesOptions {
  readonly api: Api;
  readonly list: MessageList;
  readonly signal: AbortSignal;
  readonly sessionId: () => string | null;
}

export function createPages({ api, list, sessionId, signal: life }: PagesOptions): Pages {
  const hasEarlier = signal(false);
  let earlier: string | null = null;
  let isLoading = false;
  const load = async (place: 'before' | 'after'): Promise<string | null> => {
    const id = sessionId();
    if (id === null) return null;
    const history = await loadHistory(api, id, place === 'before' ? earlier : null);
    if (life.aborted) return null;
    list.merge(history.messages, place);
    earlier = history.earlier;
    hasEarlier.value = earlier !== null;
    return history.activeRun;
  };
  return {
    hasEarlier,
    reload: async () => load('after'),
    async loadEarlier() {
      if (earlier === null || isLoading) return;
      isLoading = true;
      await load('before').finally(() => (isLoading = false));
    },
  };
}
