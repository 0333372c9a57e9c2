import type { ResumeEntry } from '@familiar/protocol';
import { batch, derived, effect, signal } from '../reactive/signal.ts';
import { randomUuid } from '../identity/random.ts';
import type { Conversation } from './conversation.ts';
import { loadPage, restore, run } from './loop.ts';
import { createMessageList } from './message-list.ts';
import type { ConversationOptions } from './options.ts';
import { stopIfWanted } from './run.ts';
import { troubleOf } from './trouble.ts';
import { type Job, keep, report, type Work } from './work.ts';

/**
 * The conversation `sessionId` of one participant, or a new one that the server learns of with its first message.
 * It begins to load at once; an answer that is being written is followed.
 */
export function createConversation(options: ConversationOptions): Conversation {
  const { drafts } = options;
  const life = new AbortController();
  const work = beginWork(options, life.signal);
  const { list, phase, activity, interrupt, trouble, draft, earlier } = work;
  const undo = effect(() => [options.isOpen.value, work.wake()]);
  work.restored = restore(work);
  void run(work);
  return {
    messages: list.rows,
    phase,
    activity,
    interrupt,
    trouble,
    draft,
    hasEarlier: derived(() => earlier.value !== null),
    setDraft: (text) => setDraft(work, text),
    send: (text) => send(work, text.trim()),
    stop() {
      work.mustStop = phase.value !== 'idle';
      stopIfWanted(work);
    },
    retry() {
      goOn(work);
      work.isStale = work.wantsAnswer = true;
      work.wake();
    },
    loadEarlier: () => void loadEarlier(work),
    resume: (entry) => resume(work, entry),
    dispose() {
      undo();
      void drafts?.flush();
      life.abort();
      work.wake();
    },
  };
}

function beginWork(options: ConversationOptions, life: AbortSignal): Work {
  return {
    ...options,
    life,
    list: createMessageList(options.grant),
    phase: signal('loading'),
    activity: signal(null),
    trouble: signal(null),
    draft: signal(''),
    earlier: signal(null),
    interrupt: signal(null),
    waiting: [],
    given: [],
    queue: [],
    isStale: true,
    detours: 0,
    wake: () => undefined,
  };
}

function setDraft(work: Work, text: string): void {
  work.draft.value = text;
  keep(work);
}

function send(work: Work, text: string): void {
  const { life, list, draft, drafts, trouble } = work;
  if (text === '' || life.aborted) return;
  const refusal = refuse(work, text);
  if (refusal !== null) return void (trouble.value = troubleOf(refusal));
  batch(() => {
    const id = randomUuid();
    goOn(work);
    list.addMine(id, text);
    add(work, { id, text });
    setDraft(work, draft.value.trim() === text ? '' : draft.value);
  });
  void drafts?.flush();
}

function add(work: Work, job: Omit<Job, 'runId' | 'at'>): void {
  work.queue.push({ ...job, runId: randomUuid(), at: Date.now() });
  work.wake();
}

function refuse({ grant: { limits }, queue }: Work, text: string): string | null {
  if (new TextEncoder().encode(text).length > limits.message_bytes) return 'message_too_large';
  return queue.length > limits.queued_messages ? 'queue_full' : null;
}

/** The visitor goes on: what was held goes first. */
function goOn(work: Work): void {
  work.trouble.value = null;
  if (!work.held) return;
  work.held = null;
  work.isStale = true;
}

/** Interrupts are answered one after the other; the next run takes all the answers. */
function resume(work: Work, entry: ResumeEntry): void {
  const { interrupt, waiting } = work;
  work.trouble.value = null;
  if (interrupt.value?.id !== entry.interruptId) return;
  work.given = [...work.given, entry];
  interrupt.value = waiting[work.given.length] ?? null;
  if (interrupt.value !== null) return;
  goOn(work);
  add(work, { id: '', text: '', resume: work.given });
}

/** One page at a time. */
async function loadEarlier(work: Work): Promise<void> {
  const before = work.earlier.value;
  if (before === null || work.isPaging) return;
  work.isPaging = true;
  await loadPage(work, before).catch((error: unknown) => report(work, error));
  work.isPaging = false;
}
