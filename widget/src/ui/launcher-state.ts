import { follow } from './dom.ts';
import type { PanelModel } from './panel-model.ts';

/** Keeps the launcher's name and looks at what the model says: whether the chat is open, and what has not been seen, "9+" at most. */
export function showState(button: HTMLButtonElement, { isOpen, settings, unread }: PanelModel): void {
  const label = button.ariaLabel ?? '';
  const count = (): string | number | null => (unread.value > 9 ? '9+' : unread.value || null);
  follow(button, {
    'aria-expanded': () => `${isOpen.value}`,
    'aria-label': () => (settings.value.texts['open'] ?? label) + (count() ? ` (${count()})` : ''),
    'data-unread': count,
  });
}
