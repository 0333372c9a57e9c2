import { effect } from '../../reactive/signal.ts';
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

/** What `words` and `imageOrigins` read may be signals: then all is drawn anew until the effect or scope around it ends. */
export function createProse(options: Pick<DrawOptions, 'words' | 'imageOrigins' | 'origin'>): Prose {
  const element = h('div', { class: 'prose' });
  const asked = new Set<string>();
  let [text, isOpen] = ['', false];
  /** What no further text can change, and how many blocks it makes. */
  let settled = '';
  let count = 0;
  const show = (): number => {
    const source = text.replace(/\r\n?/g, '\n').replaceAll('\t', '    ').replace(/^ +$/gm, '').replace(/^\n+/, '');
    if (!source.startsWith(settled)) {
      settled = '';
      count = 0;
    }
    const starts: number[] = [];
    const fresh = drawBlocks(source.slice(settled.length), { ...options, asked, depth: 0, isOpen, mayLink: true }, starts);
    const blocks = Array.from(element.childNodes);
    draw(element, [...blocks.slice(0, count), ...fresh.map((node, index) => renew(blocks[count + index], node))]);
    // A block is settled when the block after it began on a finished line.
    const last = starts.findLastIndex((start) => source.includes('\n', settled.length + start));
    if (last > 0) {
      count += last;
      settled = source.slice(0, settled.length + (starts[last] ?? 0));
    }
    return isOpen ? count : element.childNodes.length;
  };
  effect(() => {
    options.words('show');
    options.imageOrigins();
    settled = '';
    count = 0;
    show();
  });
  return {
    element,
    update(...next) {
      [text, isOpen] = next;
      return show();
    },
  };
}

/** Keeps of `old` what is the same in `fresh`: a growing block takes neither the selection nor the focus away. */
function renew(old: Node | undefined, fresh: Node): Node {
  if (!old?.cloneNode().isEqualNode(fresh.cloneNode())) return fresh;
  draw(
    old,
    Array.from(fresh.childNodes, (child, index) => renew(old.childNodes[index], child)),
  );
  return old;
}

/** The words alone, for announcements: each block, item and cell on a line of its own. */
export function toPlainText(node: Node): string {
  const text = Array.from(node.childNodes, toPlainText).join('') || (node instanceof Text ? node.data : '');
  return (/^[BDHLPT]/.test(node.nodeName) ? '\n' : '') + text;
}
