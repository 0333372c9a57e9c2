import { effect, onEnd } from '../../reactive/signal.ts';
import { type Attributes, type Child, h } from '../dom.ts';
import type { ExtrasModel } from './extras-model.ts';

/** A card takes no click before it has been in view this long: nobody presses what has just slid under their finger. */
export const ARM_DELAY_MS = 500;

/** Lets through the visitor's own clicks, once the card has been seen for a moment. Belongs to one card. */
export type Guard = (run: () => void) => (event: Event) => void;

export function createGuard({ panel, now }: ExtrasModel): Guard {
  let seenAt = Infinity;
  effect(() => void (seenAt = panel.isOpen.value ? now() : Infinity));
  return (run) => (event) => {
    if (event.isTrusted && now() - seenAt >= ARM_DELAY_MS) run();
  };
}

/** A question that stands over the composer until it is answered; the chat goes on meanwhile. */
export function drawCard(name: string, title: () => string, ...children: readonly Child[]): HTMLElement {
  const card = h(
    'section',
    { class: `card ${name}`, part: `card ${name}`, role: 'group', 'aria-label': title },
    h('p', { class: 'card-title', dir: 'auto' }, title),
    ...children,
  );
  // An answered card goes, and must not take the focus out of the dialog.
  onEnd(() => card.matches(':focus-within') && card.closest<HTMLElement>('.panel')?.focus({ preventScroll: true }));
  return card;
}

interface CardButtonAttributes extends Attributes {
  readonly onclick: (event: Event) => void;
}

/** Not `disabled` while it works: the focus would be lost. */
export function drawCardButton(kind: 'strong' | 'quiet' | 'inline', attributes: CardButtonAttributes, text: () => string): HTMLElement {
  return h('button', { type: 'button', class: kind, part: `card-button ${kind}`, ...attributes }, text);
}
