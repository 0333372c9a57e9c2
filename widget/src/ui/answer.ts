import type { ChatMessage } from '../conversation/conversation.ts';
import { effect } from '../reactive/signal.ts';
import { icon, RETRY } from './button.ts';
import { copyButton } from './copy-button.ts';
import { type Drawn, h } from './dom.ts';
import { createProse } from './markdown/prose.ts';
import { createSentenceReader } from './sentences.ts';
import type { View } from './view.ts';

/** One answer. As its text grows, it alone is drawn again, and of it only what changed. */
export function drawAnswer(view: View, { state, text }: ChatMessage, isLast: () => boolean): HTMLElement {
  const { model, words } = view;
  const prose = createProse({ words, imageOrigins: () => model.config.value?.flags.image_origins ?? [], origin: location.origin });
  // An answer that is under way is spoken sentence by sentence; old ones stay silent.
  const speak = state.peek() === 'streaming' ? createSentenceReader(view.announce) : null;
  effect(() => {
    const isOpen = state.value === 'streaming';
    const settled = prose.update(text.value, isOpen);
    speak?.(prose.element, settled);
  });
  const drawNote = (): Drawn => {
    if (state.value === 'streaming') return null;
    const isStopped = state.value === 'cancelled';
    const isBroken = !isStopped && state.value !== 'complete';
    return h(
      'div',
      { class: 'note' },
      isStopped || isBroken ? h('span', null, words(isStopped ? 'stopped' : 'brokeOff')) : null,
      () => (isBroken && isLast() ? drawRetry(view) : null),
      text.value ? copyButton(words, 'copy', () => text.peek()) : null,
    );
  };
  return h('div', { class: 'answer', part: 'answer', 'data-state': () => state.value }, prose.element, drawNote);
}

/** Sends again what failed, or asks again for an answer that broke off. */
export function drawRetry({ model, words }: View): HTMLElement {
  return h('button', { class: 'link', onclick: () => model.conversation.value?.retry() }, icon(RETRY), words('retry'));
}
