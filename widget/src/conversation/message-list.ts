import type { Message, Participant } from '@familiar/protocol';
import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { RunAnswer } from './apply.ts';
import type { AnswerState, ChatMessage, SendState } from './conversation.ts';

interface UserRow {
  readonly row: Extract<ChatMessage, { kind: 'user' }>;
  readonly state: Signal<SendState>;
}
interface AnswerRow {
  readonly row: Extract<ChatMessage, { kind: 'answer' }>;
  readonly state: Signal<AnswerState>;
  readonly text: Signal<string>;
}

/** The messages on the screen, each once by id. The list changes when a message comes; a word changes one signal. */
export interface MessageList {
  readonly rows: ReadonlySignal<readonly ChatMessage[]>;
  addMine(message: { readonly id: string; readonly text: string; readonly createdAt: number }, state: SendState): void;
  setSendState(id: string, state: SendState): void;
  applyAnswer(answer: RunAnswer, createdAt: number): void;
  /** Stored messages, oldest first; `before`: earlier ones. Known ones are brought up to date in place. */
  merge(messages: readonly Message[], place: 'before' | 'after'): void;
}

function makeUser(row: Omit<UserRow['row'], 'kind' | 'state'>, first: SendState): UserRow {
  const state = signal<SendState>(first);
  return { row: { ...row, kind: 'user', state }, state };
}

function makeAnswer({ id, text: words, state: first }: RunAnswer, createdAt: number): AnswerRow {
  const text = signal(words);
  const state = signal<AnswerState>(first);
  return { row: { kind: 'answer', id, text, createdAt, state }, state, text };
}

interface Rows {
  readonly users: ReadonlyMap<string, UserRow>;
  readonly answers: ReadonlyMap<string, AnswerRow>;
  readonly newUser: (...made: Parameters<typeof makeUser>) => ChatMessage;
  readonly newAnswer: (...made: Parameters<typeof makeAnswer>) => ChatMessage;
  /** Brings a known message up to date (null), or makes its row. */
  readonly take: (message: Message) => ChatMessage | null;
}

function createRows(me: Participant | null): Rows {
  const users = new Map<string, UserRow>();
  const answers = new Map<string, AnswerRow>();
  const isMe = (author: Participant | null): boolean => author !== null && author.level === me?.level && author.id === me.id;

  const isFromBefore = (author: Participant | null): boolean => author?.level === 'anonymous' && me?.level === 'verified';

  const newUser = (...made: Parameters<typeof makeUser>): ChatMessage => {
    const user = makeUser(...made);
    users.set(user.row.id, user);
    return user.row;
  };
  const newAnswer = (...made: Parameters<typeof makeAnswer>): ChatMessage => {
    const answer = makeAnswer(...made);
    answers.set(answer.row.id, answer);
    return answer.row;
  };
  const take = (message: Message): ChatMessage | null => {
    const { id, content, participant } = message;
    const createdAt = Date.parse(message.created_at) || 0;
    const user = users.get(id);
    const answer = answers.get(id);
    if (user !== undefined) user.state.value = 'sent';
    else if (answer !== undefined) {
      answer.text.value = content;
      answer.state.value = message.status;
    } else if (message.role === 'user')
      return newUser(
        { id, text: content, author: participant, isMine: isMe(participant), isFromBeforeSignIn: isFromBefore(participant), createdAt },
        'sent',
      );
    else return newAnswer({ id, text: content, state: message.status }, createdAt);
    return null;
  };
  return { users, answers, newUser, newAnswer, take };
}

export function createMessageList(me: Participant | null): MessageList {
  const rows = signal<readonly ChatMessage[]>([]);
  const { users, answers, newUser, newAnswer, take } = createRows(me);
  return {
    rows,
    addMine({ id, text, createdAt }, state) {
      rows.value = [...rows.value, newUser({ id, text, author: me, isMine: true, isFromBeforeSignIn: false, createdAt }, state)];
    },
    setSendState(id, state) {
      const user = users.get(id);
      if (user !== undefined) user.state.value = state;
    },
    applyAnswer(next, createdAt) {
      const known = answers.get(next.id);
      if (known === undefined) {
        rows.value = insertAnswer(rows.value, newAnswer(next, createdAt));
        return;
      }
      batch(() => {
        known.text.value = next.text;
        known.state.value = next.state;
      });
    },
    merge(messages, place) {
      batch(() => {
        const fresh = messages.map(take).filter((row) => row !== null);
        if (fresh.length > 0) rows.value = place === 'before' ? [...fresh, ...rows.value] : insertSent(rows.value, fresh);
      });
    },
  };
}

const isWaiting = (row: ChatMessage): boolean => row.kind === 'user' && row.state.peek() === 'queued';

/** Messages that wait to be sent stay last, whatever comes in before them. */
function insertSent(rows: readonly ChatMessage[], fresh: readonly ChatMessage[]): readonly ChatMessage[] {
  const at = rows.findIndex(isWaiting);
  return at === -1 ? [...rows, ...fresh] : [...rows.slice(0, at), ...fresh, ...rows.slice(at)];
}

function insertAnswer(rows: readonly ChatMessage[], answer: ChatMessage): readonly ChatMessage[] {
  return insertSent(rows, [answer]);
}
