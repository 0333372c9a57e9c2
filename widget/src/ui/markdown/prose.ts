import { draw, h } from '../dom.ts';
import { drawBlocks } from './blocks.ts';
import type { DrawOptions } from './image.ts';

/** A text in Markdown, drawn out of a fixed table of elements and attributes. No HTML string is ever made (contract §8). */
export interface Prose {
  /** Its children are the blocks. */
  readonly element: HTMLElement;
  /**
   * Draws `text`; `isOpen`: more may follow. Of a text that continues the one before, only the last open block is read and
   * drawn again, and in it only what changed. Returns how many blocks no further text can change.
   */
  update(text: string, isOpen: boolean): number;
}

/** What `words` and `imageOrigins` read may be signals: an effect that updates draws all anew when they change. */
export function createProse(options: Pick<DrawOptions, 'words' | 'imageOrigins' | 'origin'>): Prose {
  const element = h('div', { class: 'prose' });
  const asked = new Set<string>();
  let last: string | undefined;
  /** What no further text can change, and how many blocks it makes. */
  let settled = '';
  let count = 0;
  return {
    element,
    update(text, isOpen) {
      options.words('show');
      options.imageOrigins();
      const source = text
        .replace(/\r\n?|[\u2028\u2029]/g, '\n')
        .replaceAll('\t', '    ')
        .replace(/^ +$/gm, '');
      const state = isOpen + source;
      if (state === last || !source.startsWith(settled)) {
        settled = '';
        count = 0;
      }
      last = state;
      const starts: number[] = [];
      const open = source.slice(settled.length);
      redraw(element, count, drawBlocks(open, { ...options, asked, depth: 0, isOpen, mayLink: true }, starts));
      // A block is settled when the block after it began on a finished line.
      const next = starts.findLastIndex((start) => open.includes('\n', start));
      if (next > 0) {
        count += next;
        settled += open.slice(0, starts[next]);
      }
      return isOpen ? count : element.childNodes.length;
    },
  };
}

/** Draws `fresh` after the first `count` children. What is the same stays: a growing block takes neither the selection nor the focus away. */
function redraw(parent: Node, count: number, fresh: readonly Node[]): void {
  const nodes = Array.from(parent.childNodes);
  draw(parent, [
    ...nodes.slice(0, count),
    ...fresh.map((node, index) => {
      const old = nodes[count + index];
      if (old?.isEqualNode(node)) return old;
      if (!old?.cloneNode().isEqualNode(node.cloneNode())) return node;
      redraw(old, 0, Array.from(node.childNodes));
      return old;
    }),
  ]);
}

/** The words alone, for announcements: each block, item and cell on a line of its own. */
export function toPlainText(node: Node): string {
  const text = node.nodeValue ?? Array.from(node.childNodes, toPlainText).join('');
  return (/^[BDHLPT]/.test(node.nodeName) ? '\n' : '') + text;
}
