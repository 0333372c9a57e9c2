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
  let settled: Block[] = [];
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
      const offset = settledText.length;
      const lines = source.slice(offset).split('\n');
      const starts = startsOf(lines, offset);
      const blocks = parseBlocks({ lines: lines.map(expandTabs), context, isOpen, depth: 0, parse: parseBlocks });
      // A block is settled when the block after it began on a finished line.
      const last = blocks.findLastIndex((block) => block.key < lines.length - 1);
      const keyed = blocks.map((block) => ({ ...block, key: starts[block.key] ?? 0 }));
      const all = [...settled, ...keyed];
      if (last > 0) {
        settled = all.slice(0, settled.length + last);
        settledText = source.slice(0, keyed[last]?.key);
      }
      return all;
    },
  };
}

function startsOf(lines: readonly string[], offset: number): number[] {
  let at = offset;
  return lines.map((line) => {
    const start = at;
    at += line.length + 1;
    return start;
  });
}

function expandTabs(line: string): string {
  return line.includes('\t') ? line.replace(/^[ \t]+/, (indent) => indent.replaceAll('\t', '    ')) : line;
}
