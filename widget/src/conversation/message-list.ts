import type { Message } from '@familiar/protocol';
import { type ReadonlySignal, type Signal, signal } from '../reactive/signal.ts';
import type { AnswerState, ChatMessage, SendState } from './conversation.ts';
import type { ConversationOptions } from './options.ts';

type UserMessage = Extract<ChatMessage, { kind: 'user' }>;

interface Entry {
  seq: number;
  readonly row: ChatMessage;
  readonly text: Signal<string>;
  readonly state: Signal<SendState | AnswerState>;
}

/** What is not stored yet stays last, in the order in which it was written. */
const UNSTORED = Number.MAX_SAFE_INTEGER;

/** The messages on the screen, each once by id, in the server's order. The list changes when a message comes; a word changes one signal. */
export interface MessageList {
  readonly rows: ReadonlySignal<readonly ChatMessage[]>;
  readonly addMine: (id: string, text: string) => void;
  /** What a message has reached, to be read and turned. */
  readonly stateOf: (id: string) => Signal<SendState | AnswerState> | undefined;
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
  const entries = new Map<string, Entry>();
  let newest = 0;
  const show = (): void => {
    rows.value = [...entries.values()].sort((a, b) => a.seq - b.seq).map(({ row }) => row);
  };
  const add = (message: Written): Entry => {
    const entry = makeEntry(message, grant);
    entries.set(message.id, entry);
    show();
    return entry;
  };
  return {
    rows,
    addMine(id, content) {
      if (!entries.has(id)) add({ ...BLANK, id, content, role: 'user', seq: UNSTORED, status: 'queued', participant: grant.participant });
    },
    stateOf: (id) => entries.get(id)?.state,
    say(id, delta) {
      // After all that is stored, before what waits to be sent.
      const { seq, text, state } = entries.get(id) ?? add({ ...BLANK, id, seq: newest + 0.5 });
      if (Number.isInteger(seq)) return;
      text.value = delta === null ? '' : text.value + delta;
      state.value = 'streaming';
    },
    end(reached) {
      for (const { state } of entries.values()) if (state.value === 'streaming') state.value = reached;
    },
    take(message) {
      const { id, seq, role, content } = message;
      const status = role === 'user' ? 'sent' : message.status;
      const isNew = entries.get(id)?.seq !== seq;
      // What was erased takes the place of the words that were there.
      const entry = (content && entries.get(id)) || add({ ...message, status });
      newest = Math.max(newest, seq);
      entry.seq = seq;
      entry.text.value = content;
      entry.state.value = status;
      if (isNew) show();
      return isNew;
    },
    unanswered() {
      const stored = rows.value.filter(({ kind, state }) => kind === 'answer' || state.value === 'sent');
      const last = stored.at(-1);
      if (last?.kind === 'answer' && !/interrupted|failed/.test(last.state.value)) return undefined;
      return stored.findLast((row) => row.kind === 'user');
    },
  };
}

type Written = Omit<Message, 'run_id' | 'status'> & { readonly status: SendState | AnswerState };

/** An answer of which nothing is known yet. */
const BLANK = { role: 'assistant', content: '', status: 'streaming', participant: null, created_at: '' } as const;

function makeEntry({ id, seq, role, content, status, participant, created_at }: Written, grant: ConversationOptions['grant']): Entry {
  const me = grant.participant;
  const text = signal(content);
  const state = signal(status);
  const common = { id, state, createdAt: Date.parse(created_at) || Date.now() };
  const row = (
    role === 'assistant'
      ? { ...common, kind: 'answer', text }
      : {
          ...common,
          kind: 'user',
          text: content,
          author: participant,
          isMine: participant?.level === me.level && participant.id === me.id,
          isFromBeforeSignIn: grant.instance.kind !== 'shared' && participant?.level === 'anonymous' && me.level === 'verified',
        }
  ) as ChatMessage;
  return { seq, row, text, state };
}
