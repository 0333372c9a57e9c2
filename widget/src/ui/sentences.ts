import { type Block, toPlainText } from './markdown/tree.ts';

const SENTENCE_END = /[.!?…。！？]["'”’)\]]*(?=\s)|\n/g;

/**
 * Hands out the finished sentences of a growing text, each once. `isOpen`: the last sentence may still grow.
 * The returned function gives what is newly finished, or an empty string.
 */
export function createSentenceReader(): (blocks: readonly Block[], isOpen: boolean) => string {
  let said = 0;
  return (blocks, isOpen) => {
    const text = blocks.map(toPlainText).join('').trimEnd();
    let end = isOpen ? said : text.length;
    if (isOpen) for (const match of text.slice(said).matchAll(SENTENCE_END)) end = said + match.index + match[0].length;
    const fresh = text.slice(said, end).trim();
    said = Math.max(said, end);
    return fresh;
  };
}
