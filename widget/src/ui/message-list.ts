import type { ChatMessage } from '../conversation/conversation.ts';
import { onEnd, type Signal, signal } from '../reactive/signal.ts';
import { DOWN, icon, iconButton, LEAF } from './button.ts';
import { each, h } from './dom.ts';
import { drawMessage } from './message.ts';
import type { View } from './view.ts';

const NEAR_END_PX = 48;

/** The messages. It stays at the newest as long as the reader is there, and leaves a reader of older ones alone. */
export function drawMessages(view: View): HTMLElement {
  const { model, words } = view;
  const isAtEnd = signal(true);
  const messages = (): readonly ChatMessage[] => model.conversation.value?.messages.value ?? [];
  const earlier = h('button', { class: 'chip', onclick: () => model.conversation.value?.loadEarlier() }, () => words('loadEarlier'));
  const welcome = drawWelcome(view);
  const working = drawWorking(view);
  const list = h(
    'div',
    { class: 'list' },
    () => (model.conversation.value?.earlier.value ? earlier : null),
    each(messages, (message) => drawMessage(view, message, () => messages().at(-1) === message)),
    () => {
      if (describeWork(view)) return working;
      return messages().length > 0 || (model.conversation.value?.phase.value ?? 'loading') === 'loading' ? null : welcome;
    },
  );
  const scroller = h(
    'div',
    { class: 'scroller', part: 'messages', role: 'log', 'aria-live': 'off', 'aria-label': () => words('messages'), tabindex: 0 },
    list,
  );
  stickToEnd(scroller, list, isAtEnd);
  const toEnd = (): unknown => (scroller.scrollTop = scroller.scrollHeight);
  const latest = iconButton(DOWN, () => words('latest'), { class: 'latest', onclick: toEnd });
  return h('div', { class: 'list-frame' }, scroller, () => (isAtEnd.value ? null : latest));
}

/** What stands in an empty conversation: the greeting, and questions one may begin with. */
function drawWelcome({ model, words }: View): HTMLElement {
  return h(
    'div',
    { class: 'welcome', part: 'welcome' },
    h('span', { class: 'avatar big' }, icon(LEAF)),
    h('p', { dir: 'auto' }, () => model.config.value?.greeting || words('greeting')),
    h('ul', { 'aria-label': () => words('suggestions') }, () =>
      model.config.value?.suggestions.map((suggestion) => {
        const onclick = (): void => model.conversation.value?.send(suggestion);
        return h('li', null, h('button', { class: 'chip', part: 'suggestion', dir: 'auto', onclick }, suggestion));
      }),
    ),
  );
}

/** Three dots until the first word, with what the agent is doing if it says so. */
function drawWorking(view: View): HTMLElement {
  return h(
    'p',
    { class: 'note', part: 'activity', role: 'status' },
    h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
    () => describeWork(view),
  );
}

/** What is being done just now, or an empty text. */
function describeWork({ model, tell, words }: View): string {
  const conversation = model.conversation.value;
  const last = conversation?.messages.value.at(-1);
  const phase = conversation?.phase.value ?? 'loading';
  if (!last) return phase === 'loading' && !model.trouble.value ? words('loading') : '';
  if (phase === 'reconnecting') return words('reconnecting');
  if (phase !== 'answering') return '';
  const tool = conversation?.activity.value;
  if (tool) return tell(words('thinking'), ({ activity }) => activity(tool));
  return last.kind === 'answer' && last.state.value === 'streaming' && last.text.value ? '' : words('thinking');
}

/** Keeps the end in view while the reader is at it; keeps the reader's place when older messages come in above. */
function stickToEnd(box: HTMLElement, list: HTMLElement, isAtEnd: Signal<boolean>): void {
  let height = 0;
  const observer = new ResizeObserver(() => {
    if (isAtEnd.value) box.scrollTop = box.scrollHeight;
    else if (box.scrollTop < 1 && height > 0) box.scrollTop = box.scrollHeight - height;
    height = box.scrollHeight;
  });
  // The element goes with its listener.
  box.addEventListener('scroll', () => (isAtEnd.value = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX));
  observer.observe(box);
  observer.observe(list);
  onEnd(() => observer.disconnect());
}
