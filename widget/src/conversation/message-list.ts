import type { Message } from '@familiar/protocol';
import { type ReadonlySignal, type Signal, signal } from '../reactive/signal.ts';
import type { AnswerState, ChatMessage, SendState } from './conversation.ts';
import type { ConversationOptions } from './options.ts';
import type { Job } from './work.ts';

type UserMessage = Extract<ChatMessage, { kind: 'user' }>;

/** Either kind of message, with what changes of it. */
interface Row extends Omit<UserMessage, 'kind' | 'text' | 'state'> {
  readonly kind: ChatMessage['kind'];
  seq: number;
  readonly words: Signal<string>;
  readonly text: ChatMessage['text'];
  readonly state: Signal<SendState | AnswerState>;
}

/** What is not stored yet stays last, in the order in which it was written. */
const UNSTORED = Number.MAX_SAFE_INTEGER;

/** The messages on the screen, each once by id, in the server's order. The list changes when a message comes; a word changes one signal. */
export interface MessageList {
  readonly rows: ReadonlySignal<readonly ChatMessage[]>;
  /** A message of the visitor's; what it has reached is to be read and turned. */
  readonly addMine: (id: string, text: string) => Job['state'];
  /** More words of an answer that is under way; null begins it. What is stored is the truth, and stays. */
  readonly say: (id: string, delta: string | null) => void;
  /** The answers that are under way have come to this. */
  readonly end: (state: AnswerState) => void;
  /** A stored message: a new one gets its place, a known one is brought up to date. True: it was not stored before. */
  readonly take: (message: Message) => boolean;
  /** The visitors' last stored words, if no answer followed or it broke off. */
  readonly unanswered: () => UserMessage | undefined;
}

export function createMessageList(grant: ConversationOptions['grant']): MessageList {
  const rows = signal<readonly ChatMessage[]>([]);
  const byId = new Map<string, Row>();
  let newest = 0;
  const show = (): void => {
    rows.value = [...byId.values()].sort((a, b) => a.seq - b.seq) as readonly Row[] as readonly ChatMessage[];
  };
  const add = (message: Written): Row => {
    const row = makeRow(message, grant);
    byId.set(row.id, row);
    show();
    return row;
  };
  return {
    rows,
    addMine: (id, content) =>
      (byId.get(id) ?? add({ ...BLANK, id, content, role: 'user', seq: UNSTORED, status: 'queued', participant: grant.participant })).state,
    say(id, delta) {
      // After all that is stored, before what waits to be sent.
      const { seq, words, state } = byId.get(id) ?? add({ ...BLANK, id, seq: newest + 0.5 });
      if (Number.isInteger(seq)) return;
      words.value = delta === null ? '' : words.value + delta;
      state.value = 'streaming';
    },
    end(reached) {
      for (const { state } of byId.values()) if (state.value === 'streaming') state.value = reached;
    },
    take(message) {
      const { id, seq, role, content } = message;
      const status = role === 'user' ? 'sent' : message.status;
      const isNew = byId.get(id)?.seq !== seq;
      // What was erased takes the place of the words that were there.
      const row = (content && byId.get(id)) || add({ ...message, status });
      newest = Math.max(newest, seq);
      row.seq = seq;
      row.words.value = content;
      row.state.value = status;
      if (isNew) show();
      return isNew;
    },
    unanswered() {
      const stored = rows.value.filter(({ kind, state }) => kind === 'answer' || state.value === 'sent');
      return /sent|interrupted|failed/.test(`${stored.at(-1)?.state.value}`) ? stored.findLast((row) => row.kind === 'user') : undefined;
    },
  };
}

type Written = Omit<Message, 'run_id' | 'status'> & { readonly status: SendState | AnswerState };

/** An answer of which nothing is known yet. */
const BLANK = { role: 'assistant', content: '', status: 'streaming', participant: null, created_at: '' } as const;

function makeRow(message: Written, { participant: me }: ConversationOptions['grant']): Row {
  const { id, seq, role, content, status, participant: author } = message;
  const isAnswer = role === 'assistant';
  const words = signal(content);
  return {
    id,
    seq,
    words,
    kind: isAnswer ? 'answer' : 'user',
    text: isAnswer ? words : content,
    state: signal(status),
    createdAt: Date.parse(message.created_at) || Date.now(),
    author,
    isMine: author?.level === me.level && author.id === me.id,
  };
}
