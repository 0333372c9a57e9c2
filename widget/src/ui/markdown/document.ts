import { parseBlocks } from './blocks.ts';
import type { Block } from './tree.ts';

/** A text that grows. Blocks that no further text can change are kept as the same objects. */
export interface MarkdownDocument {
  /** The blocks of `text`. `isOpen`: more may follow. Parses from the last open block only, if `text` continues the one before. */
  update(text: string, isOpen: boolean): readonly Block[];
  /** Characters looked at so far. */
  readonly steps: number;
}

/** `origin`: the page's own, against which `/path` links are resolved. */
export function createMarkdownDocument(origin: string): MarkdownDocument {
  const context = { origin, steps: 0 };
  let settledText = '';
  let settled: readonly Block[] = [];
  return {
    get steps() {
      return context.steps;
    },
    update(text, isOpen) {
      const source = text.replace(/\r\n?/g, '\n');
      if (!source.startsWith(settledText)) {
        settledText = '';
        settled = [];
      }
      const whole = source.slice(settledText.length).split('\n');
      const lines = whole.map((line) => line.replace(/^[ \t]+/, (indent) => indent.replaceAll('\t', '    ')));
      const blocks = parseBlocks({ lines, context, isOpen, depth: 0, at: 0 });
      const starts = [settledText.length];
      for (const line of whole) starts.push((starts.at(-1) ?? 0) + line.length + 1);
      const keyed = blocks.map((block) => ({ ...block, key: starts[block.key] ?? 0 }));
      const all = [...settled, ...keyed];
      // A block is settled when the block after it began on a finished line.
      const last = blocks.findLastIndex((block) => block.key < lines.length - 1);
      if (last > 0) {
        settled = all.slice(0, settled.length + last);
        settledText = source.slice(0, keyed[last]?.key);
      }
      return all;
    },
  };
}
