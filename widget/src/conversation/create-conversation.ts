import { batch, effect, signal } from '../reactive/signal.ts';
import type { Conversation, Trouble } from './conversation.ts';
import type { Drafts } from './drafts.ts';
import { createMessageList } from './message-list.ts';
import type { ConversationOptions } from './options.ts';
import { createPages } from './pages.ts';
import { troubleFrom, troubleOf } from './trouble.ts';
import { createWorker } from './worker.ts';

/**
 * The conversation `sessionId` of one participant, or a new one that the server learns of with its first message.
 * It begins to load at once; an answer that is being written is followed.
 */
export function createConversation(options: ConversationOptions): Conversation {
  const { drafts } = options;
  const life = new AbortController();
  const { trouble, report } = createTrouble(options, life.signal);
  const list = createMessageList(options);
  const { draft, keepNow, setDraft } = createDraft(drafts, life.signal, () => worker.unsent());
  const pages = createPages({ api: options.api, list, life: life.signal });
  const worker = createWorker({ ...options, list, pages, life: life.signal, report, onUnsent: keepNow });
  const undo = effect(() => [options.isOnScreen.value, worker.wake()]);
  const send = (text: string): void => {
    const words = text.trim();
    if (words === '' || life.signal.aborted) return;
    const refusal = worker.accept(words);
    if (refusal !== null) return void (trouble.value = troubleOf(refusal));
    batch(() => {
      trouble.value = null;
      if (draft.value.trim() === words) setDraft('');
    });
    drafts.flush();
  };
  return {
    messages: list.rows,
    phase: worker.phase,
    activity: worker.activity,
    interrupt: worker.interrupt,
    hasEarlier: pages.hasEarlier,
    trouble,
    draft,
    setDraft,
    send,
    stop: worker.stop,
    retry() {
      trouble.value = null;
      worker.retry();
    },
    loadEarlier: () => void pages.loadEarlier().catch(report),
    resume(entry) {
      trouble.value = null;
      worker.resume(entry);
    },
    dispose() {
      undo();
      drafts.flush();
      life.abort();
      worker.wake();
    },
  };
}

/** The composer's text, kept over a reload together with what could not be sent. */
function createDraft(drafts: Drafts, life: AbortSignal, unsent: () => readonly string[]) {
  const draft = signal('');
  const keep = (): void => drafts.save([...unsent(), draft.value].filter((text) => text !== '').join('\n'));
  const restore = async (): Promise<void> => {
    const kept = await drafts.load();
    if (!life.aborted && draft.value === '') draft.value = kept;
  };
  void restore();
  return {
    draft,
    /** A page that is left right after must not find words again that were sent. */
    keepNow(this: void): void {
      keep();
      drafts.flush();
    },
    setDraft(this: void, text: string): void {
      draft.value = text;
      keep();
    },
  };
}

function createTrouble({ onTrouble }: ConversationOptions, life: AbortSignal) {
  const trouble = signal<Trouble | null>(null);
  return {
    trouble,
    report(this: void, error: unknown): void {
      if (life.aborted) return;
      trouble.value = troubleFrom(error);
      onTrouble(trouble.value);
    },
  };
}
