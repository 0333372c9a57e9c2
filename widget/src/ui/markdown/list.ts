import { interrupts, isBlank, isLast, type Lines, type Read, RULE } from './lines.ts';
import type { Block } from './tree.ts';

const MARKER = /^( {0,3})([-*+]|(\d{1,9})[.)])(?:([ \t]+)|$)/;

/** True if the line begins a list item. */
export function startsList(line: string): boolean {
  return MARKER.test(line);
}

interface Marker {
  readonly sign: string;
  readonly start: number | null;
  readonly outer: number;
  readonly inner: number;
}

function readMarker(line: string): Marker | null {
  const match = MARKER.exec(line);
  if (!match) return null;
  const [whole, indent = '', sign = '', number, gap = ''] = match;
  const inner = gap.length > 4 || whole.length === line.length ? indent.length + sign.length + 1 : whole.length;
  return { sign: sign.slice(-1), start: number === undefined ? null : Number(number), outer: indent.length, inner };
}

/** Reads a list whose first item begins at line `at`. Source: CommonMark §5.2 and §5.3; a nested marker needs two spaces only. */
export function readList(from: Lines, at: number): Read {
  const first = readMarker(from.lines[at] ?? '');
  const items: Block[][] = [];
  let next = at;
  for (;;) {
    const marker = readMarker(from.lines[next] ?? '');
    if (!marker || marker.sign !== first?.sign || (next > at && RULE.test(from.lines[next] ?? ''))) break;
    const item = readItem(from, next, marker);
    next = item.next;
    items.push(from.parse({ ...from, lines: item.lines, isOpen: from.isOpen && isLast(from, next), depth: from.depth + 1 }));
    let ahead = next;
    while (ahead < from.lines.length && isBlank(from.lines[ahead])) ahead += 1;
    if (ahead < from.lines.length && readMarker(from.lines[ahead] ?? '')?.sign === first.sign) next = ahead;
    else break;
  }
  return { block: { key: at, kind: 'list', start: first?.start ?? null, items }, next };
}

function readItem(from: Lines, at: number, marker: Marker): { lines: string[]; next: number } {
  const lines = [(from.lines[at] ?? '').slice(marker.inner)];
  let next = at + 1;
  for (; next < from.lines.length; next += 1) {
    const line = from.lines[next] ?? '';
    const indent = line.search(/\S/);
    if (indent < 0) {
      lines.push('');
    } else if (indent >= marker.inner || (indent >= marker.outer + 2 && startsList(line.slice(indent)))) {
      lines.push(line.slice(Math.min(indent, marker.inner)));
    } else if (!isBlank(lines.at(-1)) && !startsList(line) && !interrupts(from, next)) {
      lines.push(line.trimStart());
    } else {
      break;
    }
  }
  // Blank lines at the end belong to nobody.
  while (lines.length > 1 && isBlank(lines.at(-1))) {
    lines.pop();
    next -= 1;
  }
  return { lines, next };
}
