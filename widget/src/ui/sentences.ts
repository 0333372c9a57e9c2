import { toPlainText } from './markdown/inline.ts';
import type { Block } from './markdown/tree.ts';

/** Hands out the finished sentences of a growing text, each once. */
export interface SentenceReader {
  /** `isOpen`: the last sentence may still grow. Returns what is newly finished, or an empty string. */
  read(blocks: readonly Block[], isOpen: boolean): string;
}

const SENTENCE_END = /[.!?…。！？]["'”’)\]]*(?=\s)|\n/g;

export function createSentenceReader(): SentenceReader {
  let said = 0;
  return {
    read(blocks, isOpen) {
      const text = blocks.map(speak).join('\n');
      let end = isOpen ? said : text.length;
      if (isOpen) for (const match of text.slice(said).matchAll(SENTENCE_END)) end = said + match.index + match[0].length;
      const fresh = text.slice(said, end).trim();
      said = Math.max(said, end);
      return fresh;
    },
  };
}

function speak(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return toPlainText(block.children);
    case 'code':
      return block.text;
    case 'quote':
      return block.children.map(speak).join('\n');
    case 'list':
      return block.items.map((item) => item.map(speak).join('\n')).join('\n');
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(toPlainText).join(', ')).join('\n');
    case 'rule':
      return '';
    default:
      return block satisfies never;
  }
}
