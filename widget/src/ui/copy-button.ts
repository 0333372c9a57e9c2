import { CHECK, COPY, icon } from './button.ts';
import { draw, h } from './dom.ts';
import type { TextKey, Words } from './texts.ts';

const SHOWN_MS = 1600;

/** Copies what `text` gives when it is pressed. Null where the page may not write to the clipboard (plain http). */
export function copyButton(words: Words, label: TextKey, text: () => string): HTMLButtonElement | null {
  if (!navigator.clipboard) return null;
  const onclick = (): void =>
    void navigator.clipboard.writeText(text()).then(
      () => {
        show(CHECK, 'copied');
        return setTimeout(show, SHOWN_MS, COPY, label);
      },
      () => {
        // The browser refused: the button simply does not turn into a tick.
      },
    );
  const element = h('button', { class: 'icon small', onclick });
  const show = (shape: string, key: TextKey): void => {
    draw(element, [icon(shape)]);
    element.ariaLabel = element.title = words(key);
  };
  show(COPY, label);
  return element;
}
