import type { ChatMessage } from '../conversation/conversation.ts';
import { drawAnswer, drawRetry } from './answer.ts';
import { icon, LEAF } from './button.ts';
import { type Child, h } from './dom.ts';
import type { View } from './view.ts';

/** A message under its author's name and time; the styles show them over the first of several in a row. */
export function drawMessage(view: View, message: ChatMessage, isLast: () => boolean): HTMLElement {
  const { locale, model, words } = view;
  const isAnswer = message.kind === 'answer';
  const isMine = !isAnswer && message.isMine;
  const author = isAnswer ? 'agent' : isMine ? 'me' : 'other';
  const name = (): string => (isAnswer ? view.name() : isMine ? words('you') : message.author?.name || words('guest'));
  const at = new Date(message.createdAt);
  return h(
    'article',
    { class: author, part: `group ${author}` },
    h(
      'p',
      { class: 'by' },
      isMine ? null : h('span', { class: 'avatar tiny' }, isAnswer ? icon(LEAF) : () => Array.from(name())[0]),
      h('b', { class: isMine && 'unseen', dir: 'auto' }, name),
      () => model.extras.value?.('author', message),
      h('time', { datetime: at.toISOString() }, () => formatWhen(at, locale())),
    ),
    ...(isAnswer ? [drawAnswer(view, message, isLast)] : drawUserMessage(view, message)),
  );
}

/** The time of day, and the date before it unless that is today. */
function formatWhen(at: Date, locale: string): string {
  const isToday = at.toDateString() === new Date().toDateString();
  return at.toLocaleString(locale, { timeStyle: 'short', dateStyle: isToday ? undefined : 'medium' });
}

function drawUserMessage(view: View, { state, text }: ChatMessage): Child[] {
  const { words } = view;
  return [
    h('div', { class: 'user', part: 'user-message', 'data-state': () => state.value, dir: 'auto' }, () => text.value),
    () => {
      if (state.value === 'failed') return h('p', { class: 'note bad' }, words('notSent'), drawRetry(view));
      return state.value === 'queued' ? h('p', { class: 'note' }, words('queued')) : null;
    },
  ];
}
