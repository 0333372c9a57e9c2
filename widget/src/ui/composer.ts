import { effect } from '../reactive/signal.ts';
import { iconButton, SEND, STOP } from './button.ts';
import { h } from './dom.ts';
import type { View } from './view.ts';

/** The box one writes in. Enter sends, Shift+Enter begins a line, and Enter that ends a composition does neither. */
export function drawComposer({ model, words }: View): [form: HTMLElement, field: HTMLElement] {
  const draft = (): string => model.conversation.value?.draft.value ?? '';
  const hasDraft = (): string => draft().trim();
  const isAnswering = (): boolean => /^(answering|reconnecting)$/.test(model.conversation.value?.phase.value ?? '');
  const onsubmit = (event: Event): void => {
    event.preventDefault();
    // The conversation empties the draft when it has taken the words, and not before.
    if (hasDraft()) model.conversation.value?.send(draft());
  };
  const field: HTMLTextAreaElement = h('textarea', {
    part: 'input',
    rows: 1,
    dir: 'auto',
    enterkeyhint: 'send',
    'aria-label': () => words('compose'),
    placeholder: () => words('placeholder'),
    readonly: () => !model.conversation.value,
    oninput: () => model.conversation.value?.setDraft(field.value),
    onkeydown(event: KeyboardEvent) {
      // Safari ends the composition before it reports its Enter; only the old key code still tells (w3c/uievents#202).
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) onsubmit(event);
    },
  });
  // Writing what is there already would disturb whoever is typing.
  effect(() => void (field.value === draft() || (field.value = draft())));
  const onclick = (): void => model.conversation.value?.stop();
  const stop = iconButton(STOP, () => words('stop'), { type: 'button', class: 'round stop', part: 'stop', onclick });
  const send = iconButton(SEND, () => words('send'), { class: 'round', part: 'send', disabled: () => !hasDraft() });
  const form = h(
    'form',
    { class: 'composer', part: 'composer', onsubmit },
    h('div', { class: 'grow', 'data-text': () => `${draft()} ` }, field),
    () => (isAnswering() ? stop : null),
    () => (isAnswering() && !hasDraft() ? null : send),
  );
  return [form, field];
}
