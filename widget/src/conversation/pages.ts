import { type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Api } from '../session/session.ts';
import { type History, loadHistory } from './history.ts';
import type { MessageList } from './message-list.ts';

/** The stored messages of a session, page by page into the list, which puts them in order. */
export interface Pages {
  readonly hasEarlier: ReadonlySignal<boolean>;
  /** The newest ones. Throws `Failure`. */
  reload(sessionId: string): Promise<History>;
  /** The page before; one at a time. Throws `Failure`. */
  loadEarlier(): Promise<void>;
}

export function createPages({ api, list, life }: { api: Api; list: MessageList; life: AbortSignal }): Pages {
  const hasEarlier = signal(false);
  let before: { readonly sessionId: string; readonly cursor: string } | null = null;
  const load = async (sessionId: string, cursor: string | null): Promise<History> => {
    const history = await loadHistory(api, sessionId, cursor);
    if (life.aborted) return history;
    list.take(history.messages);
    before = history.earlier === null ? null : { sessionId, cursor: history.earlier };
    hasEarlier.value = before !== null;
    return history;
  };
  return {
    hasEarlier,
    reload: async (sessionId) => load(sessionId, null),
    async loadEarlier() {
      const wanted = before;
      if (wanted === null) return;
      before = null;
      await load(wanted.sessionId, wanted.cursor).catch((error: unknown) => {
        before = wanted;
        throw error;
      });
    },
  };
}
