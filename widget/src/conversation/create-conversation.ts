import { batch, signal } from '@preact/signals';
import type { Conversation, ConversationPhase, Trouble } from './conversation.ts';
import type { ConversationOptions } from './options.ts';
import { createServerSession } from './history.ts';
import { createMessageList } from './message-list.ts';
import { createPages } from './pages.ts';
import { createOutbox } from './outbox.ts';
import { createRunner } from './runner.ts';
import { troubleFrom, troubleOf } from './trouble.ts';
import { Failure } from '../session/failure.ts';

/**
 * The conversation `sessionId` of one participant, or a new one that the server learns of with its first message.
 * It begins to load at once; an answer that is being written is followed.
 */
export function createConversation(options: ConversationOptions): Conversation {
  const { api, drafts } = options;
  const life = new AbortController();
  const phase = signal<ConversationPhase>('loading');
  const activity = signal<string | null>(null);
  const trouble = signal<Trouble | null>(null);
  const draft = signal('');
  const list = createMessageList(options.me);
  let sessionId = options.sessionId;
  const pages = createPages({ api, list, signal: life.signal, sessionId: () => sessionId });

  const report = (error: unknown): void => {
    if (life.signal.aborted) return;
    trouble.value = troubleFrom(error);
    options.onTrouble(trouble.value);
  };
  const ensureSession = async (): Promise<string> => {
    if (sessionId !== null) return sessionId;
    const made = await createServerSession(api);
    if (made === null) throw new Failure('internal_error');
    if (life.signal.aborted) throw new Failure('aborted');
    sessionId = made;
    options.onSession(made);
    return made;
  };
  const runner = createRunner({
    ...options,
    list,
    phase,
    activity,
    trouble,
    signal: life.signal,
    ensureSession,
    reload: async () => pages.reload(),
    report,
  });
  const outbox = createOutbox({ list, runner, limit: options.queueLimit });

  const start = async (): Promise<void> => {
    const kept = await drafts.load();
    if (life.signal.aborted) return;
    if (draft.value === '') draft.value = kept;
    const activeRun = await pages.reload();
    if (life.signal.aborted) return;
    phase.value = 'idle';
    if (activeRun !== null) await runner.join(activeRun);
    outbox.drain();
  };
  const begin = (): void => {
    phase.value = 'loading';
    start().catch((error: unknown) => {
      if (!life.signal.aborted) phase.value = 'idle';
      report(error);
    });
  };
  const setDraft = (text: string): void => {
    draft.value = text;
    drafts.save(text);
  };
  const send = (text: string): void => {
    const words = text.trim();
    if (words === '' || life.signal.aborted) return;
    if (new TextEncoder().encode(words).length > options.messageBytes) return void (trouble.value = troubleOf('message_too_large'));
    if (!outbox.accept(words)) return void (trouble.value = troubleOf('queue_full'));
    batch(() => {
      trouble.value = null;
      if (draft.value.trim() === words) setDraft('');
    });
    drafts.flush();
    if (phase.value === 'idle') outbox.drain();
  };
  begin();
  return {
    messages: list.rows,
    phase,
    activity,
    trouble,
    hasEarlier: pages.hasEarlier,
    interrupt: signal(null),
    resume: () => undefined,
    draft,
    setDraft,
    send,
    stop: () => runner.stop(),
    retry() {
      trouble.value = null;
      if (!outbox.retry()) begin();
    },
    loadEarlier: () => void pages.loadEarlier().catch(report),
    dispose() {
      drafts.flush();
      life.abort();
    },
  };
}
