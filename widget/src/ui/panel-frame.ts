import type { Trouble } from '../conversation/conversation.ts';
import { CLOSE, icon, iconButton, LEAF, NEW } from './button.ts';
import { h } from './dom.ts';
import type { View } from './view.ts';

/** Codes of what needs words when nothing can be fetched. */
const OFFLINE = /^(offline|network|timeout)/;
/** Keeps the line's height. */
const NBSP = '\u00a0';

/** Who one is talking to, and the two things one can do with the whole chat. */
export function drawHeader({ model, words, name }: View): HTMLElement {
  const fresh = iconButton(NEW, () => words('newConversation'), { class: 'icon', onclick: () => model.newConversation() });
  return h(
    'div',
    { class: 'head', part: 'header' },
    h('span', { class: 'avatar', part: 'avatar' }, icon(LEAF)),
    h(
      'div',
      { class: 'who' },
      h('h2', { dir: 'auto' }, name),
      () => model.config.value?.badge && h('p', { dir: 'auto' }, model.config.value.badge),
      () => model.extras.value?.('header'),
    ),
    () => (model.conversation.value?.messages.value.length ? fresh : null),
    model.mode === 'launcher' ? iconButton(CLOSE, () => words('close'), { class: 'icon', onclick: () => model.close() }) : null,
  );
}

/** What is wrong, in plain words, and the button that mends it where one can. */
export function drawTrouble({ model, tell, words }: View): HTMLElement {
  const trouble = (): Trouble | null | undefined => model.trouble.value ?? model.conversation.value?.trouble.value;
  const onclick = (): void => (model.trouble.peek() ? model.reconnect() : model.conversation.value?.retry());
  const retry = h('button', { class: 'chip', onclick }, () => words('retry'));
  const box = h(
    'div',
    { class: 'trouble', part: 'trouble' },
    h('p', { dir: 'auto' }, () => {
      const now = trouble();
      if (!now) return null;
      return OFFLINE.test(now.code) ? words('error_offline') : tell(words('error_unknown'), (rare) => rare.trouble(now));
    }),
    () => (trouble()?.mend === 'retry' ? retry : null),
  );
  return h('div', { role: 'status' }, () => (trouble() ? box : null));
}

/** Says quietly who can see this chat and how long it is kept. */
export function drawFooter({ model, tell, words }: View): HTMLElement {
  return h('p', { class: 'footer', part: 'footer', dir: 'auto' }, () => {
    const identity = model.identity.value;
    if (!identity) return NBSP;
    const { instance, level, storage } = identity;
    if (level === 'anonymous' && storage === 'durable' && instance?.kind !== 'shared') return words('whoAnonymous');
    return tell(NBSP, (rare) => rare.identity(identity));
  });
}
