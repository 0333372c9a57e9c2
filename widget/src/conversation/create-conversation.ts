import type { ResumeEntry } from '@familiar/protocol';
import { batch, effect, signal } from '../reactive/signal.ts';
import { randomUuid } from '../identity/random.ts';
import { Failure } from '../session/failure.ts';
import type { Conversation } from './conversation.ts';
import { loadPage, run } from './loop.ts';
import { createMessageList } from './message-list.ts';
import type { ConversationOptions } from './options.ts';
import { stopIfWanted } from './run.ts';
import { type Job, keep, report, type Work } from './work.ts';

/**
 * The conversation `sessionId` of one participant, or a new one that the server learns of with its first message.
 * It begins to load at once; an answer that is being written is followed.
 */
export function createConversation(options: ConversationOptions): Conversation {
  const life = new AbortController();
  const work = beginWork(options, life.signal);
  const undo = effect(() => [options.isOpen.value, work.wake()]);
  const retry = (): void => {
    goOn(work);
    work.isStale = work.wantsAnswer = true;
  };
  // Whoever was told to be offline was told, too, that all is sent later.
  const onOnline = (): void => {
    if (work.trouble.peek()?.code === 'network_error') retry();
  };
  addEventListener('online', onOnline, { signal: life.signal });
  void run(work);
  return {
    ...work,
    ...work.list,
    setDraft: (text) => setDraft(work, text),
    send: (text) => send(work, text.trim()),
    stop() {
      if (work.phase.value !== 'idle') work.stop ??= 'queued';
      stopIfWanted(work);
    },
    retry,
    loadEarlier: () => void loadEarlier(work),
    resume: (entries) => resume(work, entries),
    dispose() {
      undo();
      life.abort();
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
    interrupts: signal([]),
    queue: [],
    isStale: true,
    detours: 0,
    wake() {
      // Nobody sleeps yet.
    },
  };
}

function setDraft(work: Work, text: string): void {
  work.draft.value = text;
  void keep(work);
}

function send(work: Work, text: string): void {
  const { draft, grant } = work;
  if (text === '' || work.life.aborted) return;
  if (new TextEncoder().encode(text).length > grant.limits.message_bytes) return report(work, new Failure('message_too_large'));
  if (work.queue.length > grant.limits.queued_messages) return report(work, new Failure('queue_full'));
  batch(() => {
    const id = randomUuid();
    add(work, { id, text, state: work.list.add(id, text) });
    setDraft(work, draft.value.trim() === text ? '' : draft.value);
  });
}

function add(work: Work, job: Omit<Job, 'runId' | 'at'>): void {
  goOn(work);
  work.queue.push({ ...job, runId: randomUuid(), at: Date.now() });
}

/** The visitor goes on: what was held goes first. */
function goOn(work: Work): void {
  work.trouble.value = null;
  work.isStale ||= !!work.isHeld;
  work.isHeld = false;
  work.wake();
}

function resume(work: Work, entries: readonly ResumeEntry[]): void {
  work.interrupts.value = [];
  add(work, { id: '', text: '', state: signal('sent'), resume: entries });
}

/** One page at a time. */
async function loadEarlier(work: Work): Promise<void> {
  const before = work.earlier.value;
  if (before === null || work.isPaging) return;
  work.isPaging = true;
  await loadPage(work, `&before=${encodeURIComponent(before)}`).catch((error: unknown) => report(work, error));
  work.isPaging = false;
}
