import { effect } from '../reactive/signal.ts';
import type { PanelModel } from './panel-model.ts';

/** Keeps the launcher's name and looks at what the model says: whether the chat is open, and what has not been seen, "9+" at most. */
export function showState(button: HTMLButtonElement, { isOpen, settings, unread }: PanelModel): void {
  const label = button.ariaLabel ?? '';
  effect(() => {
    const count = unread.value > 9 ? '9+' : unread.value;
    const name = settings.value.texts['open'] ?? label;
    button.ariaExpanded = `${isOpen.value}`;
    button.ariaLabel = count ? `${name} (${count})` : name;
    if (count) button.dataset['unread'] = `${count}`;
    else delete button.dataset['unread'];
  });
}
