import type { Message, Participant } from '@familiar/protocol';
import { batch, type ReadonlySignal, type Signal, signal } from '../reactive/signal.ts';
import type { RunAnswer } from './apply.ts';
import type { AnswerState, ChatMessage, SendState } from './conversation.ts';

type Row<Kind> = Extract<ChatMessage, { kind: Kind }>;
type Entry = { seq: number } & (
  | { readonly kind: 'user'; readonly row: Row<'user'>; readonly state: Signal<SendState> }
  | { readonly kind: 'answer'; readonly row: Row<'answer'>; readonly state: Signal<AnswerState>; readonly text: Signal<string> }
);

/** What is not stored yet stays last, in the order in which it was written. */
const UNSTORED = Number.MAX_SAFE_INTEGER;

/** The messages on the screen, each once by id, in the server's order. The list changes when a message comes; a word changes one signal. */
export interface MessageList {
  readonly rows: ReadonlySignal<readonly ChatMessage[]>;
  addMine(id: string, text: string): void;
  /** What a visitor's message has reached, to be read and turned; null where there is none. */
  sendState(id: string): Signal<SendState> | null;
  /** An answer that is under way. */
  write(answer: RunAnswer): void;
  /** Stored messages: new ones get their place, known ones are brought up to date. */
  take(messages: readonly Message[]): void;
  /** The visitors' last stored words, if no answer followed or it broke off. */
  unanswered(): Row<'user'> | null;
}

export interface MessageListOptions {
  readonly me: Participant | null;
  readonly isShared: boolean;
}

export function createMessageList(options: MessageListOptions): MessageList {
  const rows = signal<readonly ChatMessage[]>([]);
  const entries = new Map<string, Entry>();
  let newest = 0;
  const put = (entry: Entry): void => void entries.set(entry.row.id, entry);
  const show = (): void => {
    rows.value = [...entries.values()].sort((a, b) => a.seq - b.seq).map(({ row }) => row);
  };
  const takeOne = (message: Message): void => {
    const known = entries.get(message.id);
    newest = Math.max(newest, message.seq);
    if (known === undefined) return put(makeEntry(message, options));
    known.seq = message.seq;
    if (known.kind === 'user') known.state.value = 'sent';
    else {
      known.text.value = message.content;
      known.state.value = message.status;
    }
  };
  return {
    rows,
    addMine(id, text) {
      put(makeUser({ id, text, author: options.me, isMine: true, isFromBeforeSignIn: false, createdAt: Date.now() }, UNSTORED));
      show();
    },
    sendState(id) {
      const entry = entries.get(id);
      return entry?.kind === 'user' ? entry.state : null;
    },
    write({ id, text, state }) {
      const known = entries.get(id);
      if (known?.kind === 'answer') {
        known.text.value = text;
        known.state.value = state;
      } else if (known === undefined) {
        // After all that is stored, before what waits to be sent.
        put(makeAnswer({ id, text, state, createdAt: Date.now() }, newest + 0.5));
        show();
      }
    },
    take(messages) {
      batch(() => {
        messages.forEach(takeOne);
        show();
      });
    },
    unanswered: () => findUnanswered(rows.peek()),
  };
}

function makeEntry({ id, seq, role, content, status, participant, created_at }: Message, { me, isShared }: MessageListOptions): Entry {
  const createdAt = Date.parse(created_at) || 0;
  if (role === 'assistant') return makeAnswer({ id, text: content, state: status, createdAt }, seq);
  const isMine = participant !== null && participant.level === me?.level && participant.id === me.id;
  const isFromBeforeSignIn = !isShared && participant?.level === 'anonymous' && me?.level === 'verified';
  return makeUser({ id, text: content, author: participant, isMine, isFromBeforeSignIn, createdAt }, seq);
}

function makeUser(row: Omit<Row<'user'>, 'kind' | 'state'>, seq: number): Entry {
  const state = signal<SendState>(seq === UNSTORED ? 'queued' : 'sent');
  return { kind: 'user', row: { ...row, kind: 'user', state }, state, seq };
}

function makeAnswer(answer: RunAnswer & { readonly createdAt: number }, seq: number): Entry {
  const text = signal(answer.text);
  const state = signal<AnswerState>(answer.state);
  return { kind: 'answer', row: { kind: 'answer', id: answer.id, createdAt: answer.createdAt, text, state }, state, text, seq };
}

function findUnanswered(rows: readonly ChatMessage[]): Row<'user'> | null {
  const stored = rows.filter((row) => row.kind === 'answer' || row.state.peek() === 'sent');
  const last = stored.at(-1);
  if (last?.kind === 'answer' && !['interrupted', 'failed'].includes(last.state.peek())) return null;
  return stored.findLast((row) => row.kind === 'user') ?? null;
}
