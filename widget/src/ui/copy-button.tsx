import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { CheckIcon, CopyIcon } from './icons.tsx';
import type { Words } from './texts.ts';

const SHOWN_MS = 1600;

/** Copies a text. Absent where the page may not write to the clipboard (plain http). */
export function CopyButton({ text, label, words }: { text: string; label: string; words: Words }): VNode | null {
  const isCopied = useSignal(false);
  useEffect(() => {
    if (!isCopied.value) return;
    const timer = setTimeout(() => (isCopied.value = false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied.value]);
  if (!navigator.clipboard) return null;
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => (isCopied.value = true),
      // The browser refused: the button simply does not turn into a tick.
      () => (isCopied.value = false),
    );
  };
  const name = isCopied.value ? words('copied') : label;
  return (
    <button type="button" class="icon small copy" aria-label={name} title={name} onClick={copy}>
      {isCopied.value ? <CheckIcon /> : <CopyIcon />}
    </button>
  );
}
