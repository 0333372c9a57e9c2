import type { VNode } from 'preact';
import { CopyButton } from '../copy-button.tsx';
import type { Words } from '../texts.ts';

/** A fenced block of code, with its language and a button that copies it. */
export function CodeBlock({ text, language, words }: { text: string; language: string; words: Words }): VNode {
  return (
    <div class="code" dir="ltr">
      <div class="code-head">
        <span>{language}</span>
        <CopyButton text={text} words={words} label="copyCode" />
      </div>
      <pre tabIndex={0} aria-label={words('code')}>
        <code>{text}</code>
      </pre>
    </div>
  );
}
