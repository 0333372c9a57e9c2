import type { Message, Participant } from '@familiar/protocol';
import { type ReadonlySignal, type Signal, signal } from '../reactive/signal.ts';
import type { AnswerState, ChatMessage, SendState } from './conversation.ts';
import type { ConversationOptions } from './options.ts';
import type { Job } from './work.ts';

/** A message, with what changes of it. */
export interface Row extends ChatMessage {
  seq: number;
  readonly text: Signal<string>;
  readonly state: Signal<SendState | AnswerState>;
}

/** The messages on the screen, each once by id, in the server's order. The list changes when a message comes; a word changes one signal. */
export interface MessageList {
  readonly messages: ReadonlySignal<readonly Row[]>;
  /** A message of the visitor's; what it has reached is to be read and turned. */
  readonly add: (id: string, text: string) => Job['state'];
  /** More words of an answer that is under way; null begins it. What is stored is the truth, and stays. */
  readonly say: (id: string, delta: string | null) => void;
  /** The answers that are under way have come to this. */
  readonly end: (state: AnswerState) => void;
  /** A stored message: a new one gets its place, a known one is brought up to date. True: it was not stored before. */
  readonly take: (message: Message) => boolean;
}

export function createMessageList({ participant: me }: ConversationOptions['grant']): MessageList {
  const rows = signal<readonly Row[]>([]);
  let newest = 0;
  const find = (wanted: string): Row | undefined => rows.peek().find(({ id }) => id === wanted);
  /** In its place, and in place of what was known of it. */
  const put = (row: Row): Row => {
    rows.value = [...rows.peek().filter(({ id }) => id !== row.id), row].sort((a, b) => a.seq - b.seq);
    return row;
  };
  return {
    messages: rows,
    add: (id, content) => (find(id) ?? put(makeRow({ ...BLANK, id, content, role: 'user', participant: me }, me))).state,
    say(id, delta) {
      // After all that is stored, before what waits to be sent.
      const { seq, text, state } = find(id) ?? put(makeRow({ ...BLANK, id, seq: newest + 0.5 }, me));
      if (Number.isInteger(seq)) return;
      text.value = delta === null ? '' : text.value + delta;
      state.value = 'streaming';
    },
    end(reached) {
      for (const { state } of rows.value) if (state.value === 'streaming') state.value = reached;
    },
    take(message) {
      const { id, seq, role, content, status } = message;
      const known = find(id);
      const isNew = known?.seq !== seq;
      // What was erased takes the place of the words that were there.
      const row = (content && known) || makeRow(message, me);
      newest = Math.max(newest, seq);
      row.seq = seq;
      row.text.value = content;
      row.state.value = role === 'user' ? 'sent' : status;
      put(row);
      return isNew;
    },
  };
}

type Written = Omit<Message, 'run_id' | 'status'>;

/** An answer of which nothing is known yet. What is not stored yet stays last, in the order in which it was written. */
const BLANK = { role: 'assistant', seq: Infinity, content: '', participant: null, created_at: '' } as const;

function makeRow({ id, seq, role, content, participant: author, created_at: at }: Written, me: Participant): Row {
  return {
    id,
    seq,
    kind: role === 'assistant' ? 'answer' : 'user',
    text: signal(content),
    state: signal('queued'),
    createdAt: Date.parse(at) || Date.now(),
    author,
    isMine: author?.level === me.level && author.id === me.id,
  };
}
