import type { ChatMessage } from '../conversation/conversation.ts';
import { drawAnswer, drawRetry } from './answer.ts';
import { icon, LEAF } from './button.ts';
import { each, h } from './dom.ts';
import type { View } from './view.ts';

/** All messages, to be read from a signal. */
type Messages = () => readonly ChatMessage[];

/** The messages under one name: those of one author in a row. */
export function drawGroups(view: View, messages: Messages): () => readonly Node[] {
  return each(
    () => messages().filter(isFirst),
    (first) => drawGroup(view, first, messages),
  );
}

/** Whether a group begins with this message. */
function isFirst(message: ChatMessage, index: number, all: readonly ChatMessage[]): boolean {
  const before = all[index - 1];
  return !before || authorOf(before) !== authorOf(message);
}

function authorOf(message: ChatMessage): string {
  if (message.kind === 'answer') return 'agent';
  return message.isMine ? 'me' : `other ${message.author?.level} ${message.author?.id}`;
}

function drawGroup(view: View, first: ChatMessage, messages: Messages): HTMLElement {
  const { locale, model, words } = view;
  const isAnswer = first.kind === 'answer';
  const isMine = !isAnswer && first.isMine;
  const author = isAnswer ? 'agent' : isMine ? 'me' : 'other';
  const name = (): string => (isAnswer ? view.name() : isMine ? words('you') : first.author?.name || words('guest'));
  const at = new Date(first.createdAt);
  let group: ChatMessage;
  return h(
    'article',
    { class: author, part: `group ${author}` },
    h(
      'p',
      { class: 'by' },
      isMine ? null : h('span', { class: 'avatar tiny' }, isAnswer ? icon(LEAF) : () => Array.from(name())[0]),
      h('b', { class: isMine && 'unseen', dir: 'auto' }, name),
      () => model.extras.value?.('author', first),
      h('time', { datetime: at.toISOString() }, () => formatWhen(at, locale())),
    ),
    each(
      () =>
        messages().filter((message, index, all) => {
          if (isFirst(message, index, all)) group = message;
          return group === first;
        }),
      (message) =>
        message.kind === 'answer' ? drawAnswer(view, message, () => messages().at(-1) === message) : drawUserMessage(view, message),
    ),
  );
}

/** The time of day, and the date before it unless that is today. */
function formatWhen(at: Date, locale: string): string {
  const isToday = at.toDateString() === new Date().toDateString();
  return at.toLocaleString(locale, { timeStyle: 'short', dateStyle: isToday ? undefined : 'medium' });
}

function drawUserMessage(view: View, { state, text }: ChatMessage & { kind: 'user' }): HTMLElement {
  const { words } = view;
  return h(
    'div',
    { class: 'message' },
    h('div', { class: 'bubble user', part: 'user-message', 'data-state': () => state.value, dir: 'auto' }, text),
    () => {
      if (state.value === 'failed') return h('p', { class: 'note bad' }, words('notSent'), drawRetry(view));
      return state.value === 'queued' ? h('p', { class: 'note' }, words('queued')) : null;
    },
  );
}
