import { parseInline } from './inline.ts';
import { isDividerLike, type Lines, type Read } from './lines.ts';
import type { CellAlign, Inline } from './tree.ts';

/** More columns than fit any panel are no table; it also bounds the cells that short rows are filled up with. */
const MAX_COLUMNS = 24;

/** True if a table's head stands at line `at`, with a finished divider under it. */
export function startsTable(from: Lines, at: number): boolean {
  return readDivider(from, at) !== null;
}

/** Reads a table that begins at line `at`; null if none does. Source: GFM §4.10. */
export function readTable(from: Lines, at: number): Read | null {
  const align = readDivider(from, at);
  if (!align) return null;
  const row = (line: number): Inline[][] => {
    const isOpen = from.isOpen && line === from.lines.length - 1;
    const cells = splitCells(from.lines[line] ?? '').slice(0, align.length);
    return align.map((_, index) => parseInline(cells[index] ?? '', from.context, isOpen && index === cells.length - 1));
  };
  const rows: Inline[][][] = [];
  let next = at + 2;
  for (; (from.lines[next] ?? '').includes('|'); next += 1) rows.push(row(next));
  return { block: { key: at, kind: 'table', align, head: row(at), rows }, next };
}

function readDivider(from: Lines, at: number): CellAlign[] | null {
  const head = from.lines[at] ?? '';
  const divider = from.lines[at + 1] ?? '';
  const isFinished = !from.isOpen || at + 2 < from.lines.length;
  if (!isFinished || !head.includes('|') || !divider.includes('-') || !isDividerLike(divider)) return null;
  const marks = splitCells(divider);
  if (marks.length > MAX_COLUMNS || !marks.every((mark) => /^:?-+:?$/.test(mark))) return null;
  return splitCells(head).length === marks.length ? marks.map(toAlign) : null;
}

function toAlign(mark: string): CellAlign {
  if (!mark.endsWith(':')) return mark.startsWith(':') ? 'start' : null;
  return mark.startsWith(':') ? 'center' : 'end';
}

function splitCells(line: string): string[] {
  const text = line.trim();
  const cells: string[] = [];
  let cell = '';
  for (let at = text.startsWith('|') ? 1 : 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\' && at + 1 < text.length) {
      at += 1;
      cell += text[at] === '|' ? '|' : character + (text[at] ?? '');
    } else if (character === '|') {
      cells.push(cell.trim());
      cell = '';
    } else {
      cell += character;
    }
  }
  if (cell.trim() !== '') cells.push(cell.trim());
  return cells;
}
