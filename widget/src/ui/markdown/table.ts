import { parseInline } from './inline.ts';
import { isBlank, type Lines } from './lines.ts';
import type { CellAlign, Node, Piece } from './tree.ts';

/** More columns than fit any panel are no table; it also bounds the cells that short rows are filled up with. */
const MAX_COLUMNS = 24;

/** The columns of a table whose head is the next line, with a finished divider under it; null if there is none. */
export function readColumns({ lines, at, isOpen }: Lines): CellAlign[] | null {
  const [head = '', divider = ''] = lines.slice(at, at + 2);
  if ((isOpen && at + 2 >= lines.length) || !head.includes('|') || !divider.includes('-') || !/^[ \t|:-]*$/.test(divider)) return null;
  const marks = splitCells(divider);
  if (marks.length > MAX_COLUMNS || splitCells(head).length !== marks.length || !marks.every((mark) => /^:?-+:?$/.test(mark))) return null;
  return marks.map((mark) => (mark.endsWith(':') ? (mark.startsWith(':') ? 'center' : 'end') : mark.startsWith(':') ? 'start' : undefined));
}

/** Source: GFM §4.10. */
export function readTable(from: Lines, columns: readonly CellAlign[]): Piece {
  const row = (kind: 'th' | 'td'): Node => {
    const isOpen = from.isOpen && from.at === from.lines.length - 1;
    const cells = splitCells(from.lines[from.at++] ?? '').slice(0, columns.length);
    const read = (index: number): readonly Node[] => parseInline(cells[index] ?? '', from.context, isOpen && index === cells.length - 1);
    return { kind: 'tr', children: columns.map((align, index) => ({ kind, align, children: read(index) })) };
  };
  const children = [row('th')];
  from.at += 1;
  while (from.lines[from.at]?.includes('|')) children.push(row('td'));
  return { kind: 'table', children };
}

/** A bar behind a backslash stands in its cell. */
function splitCells(line: string): string[] {
  const cells = line
    .trim()
    .replace(/^\|/, '')
    .split(/(?<!\\)\|/);
  if (isBlank(cells.at(-1))) cells.pop();
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}
