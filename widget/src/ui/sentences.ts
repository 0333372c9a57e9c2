import { type Block, toPlainText } from './markdown/prose.ts';

const END = /[.!?…。！？]["'”’)\]]*(?=\s)|\n/g;

/**
 * Says the finished sentences of a growing text, each once. `text` is what `blocks` were read from; `isOpen`: its last
 * sentence may still grow.
 */
export function createSentenceReader(say: (sentences: string) => void): (blocks: readonly Block[], text: string, isOpen: boolean) => void {
  let seen = 0;
  let said = 0;
  return (blocks, text, isOpen) => {
    // Most pieces of a text end no sentence: then nothing is worked out.
    const isDue = !isOpen || /[.!?…。！？]\s|\n/.test(text.slice(Math.max(0, seen - 1)));
    seen = text.length;
    if (!isDue) return;
    const plain = blocks.map(toPlainText).join('').trimEnd();
    let end = isOpen ? said : plain.length;
    if (isOpen) for (const match of plain.slice(said).matchAll(END)) end = said + match.index + match[0].length;
    say(plain.slice(said, end).trim());
    said = Math.max(said, end);
  };
}
