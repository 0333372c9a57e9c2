import { signal } from '../reactive/signal.ts';
import { Button, CHECK, COPY } from './button.tsx';
import type { TextKey, Words } from './texts.ts';
import { watch } from './watch.ts';

const SHOWN_MS = 1600;

/** Copies a text. Absent where the page may not write to the clipboard (plain http). */
export const CopyButton = watch<{ text: string; label: TextKey; words: Words }>(() => {
  const isCopied = signal(false);
  const copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      isCopied.value = true;
      setTimeout(() => (isCopied.value = false), SHOWN_MS);
    } catch {
      // The browser refused: the button simply does not turn into a tick.
    }
  };
  return ({ text, label, words }) =>
    navigator.clipboard ? (
      <Button
        class="icon small"
        icon={isCopied.value ? CHECK : COPY}
        label={words(isCopied.value ? 'copied' : label)}
        onClick={() => void copy(text)}
      />
    ) : null;
});
