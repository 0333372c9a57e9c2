import { parseInline } from './inline.ts';
import { isBlank, type Lines } from './lines.ts';
import { readColumns, readTable } from './table.ts';
import type { Block, Piece } from './tree.ts';

const FENCE = /^( {0,3})(`{3,}|~{3,})(.*)/;
const HEADING = /^ {0,3}(#{1,6})(?=[ \t]|$)/;
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const QUOTE = /^ {0,3}> ?/;
const MARKER = /^( {0,3})([-*+]|(\d{1,9})[.)])(?:([ \t]+)|$)/;
/** Deeper quotes and lists are shown as they stand. */
const MAX_DEPTH = 8;

/**
 * Parses lines into blocks; `key` is the number of the block's first line. Linear in time: every line is read once for
 * each container around it, eight at most. Source: CommonMark §4 and §5 with GFM tables; no raw HTML, no indented code,
 * no underlined headings, no reference links.
 */
export function parseBlocks(from: Lines): Block[] {
  const blocks: Block[] = [];
  for (; from.at < from.lines.length;) {
    const key = from.at;
    const line = from.lines[key] ?? '';
    if (isBlank(line)) from.at += 1;
    else blocks.push({ ...readBlock(from, line), key });
    from.context.steps += from.at - key;
  }
  return blocks;
}

function readBlock(from: Lines, line: string): Piece {
  const fence = readFence(line);
  if (fence) return readCode(from, fence);
  const heading = HEADING.exec(line)?.[1];
  if (heading) return readHeading(from, line, heading.length);
  if (RULE.test(line)) {
    from.at += 1;
    return { kind: 'hr' };
  }
  if (from.depth < MAX_DEPTH) {
    if (QUOTE.test(line)) return readQuote(from);
    const marker = MARKER.exec(line);
    if (marker) return readList(from, marker);
  }
  const columns = readColumns(from);
  return columns ? readTable(from, columns) : readParagraph(from);
}

/** What stands inside: open if this container is, and nothing but an empty, unfinished line follows. */
function parseInside(from: Lines, lines: readonly string[]): Block[] {
  return parseBlocks({ ...from, lines, at: 0, isOpen: isOpenEnd(from), depth: from.depth + 1 });
}

function isOpenEnd({ isOpen, at, lines }: Lines): boolean {
  return isOpen && at >= lines.length - 1 && isBlank(lines[at]);
}

function readFence(line: string): RegExpExecArray | null {
  const fence = FENCE.exec(line);
  return fence?.[3]?.includes('`') ? null : fence;
}

function readCode(from: Lines, [, indent = '', mark = '', info = '']: RegExpExecArray): Piece {
  const body: string[] = [];
  let isClosed = false;
  while (++from.at < from.lines.length && !isClosed) {
    const line = from.lines[from.at] ?? '';
    isClosed = /^ {0,3}(`+|~+)[ \t]*$/.exec(line)?.[1]?.startsWith(mark) === true;
    if (!isClosed) body.push(line.slice(Math.min(indent.length, Math.max(0, line.search(/\S/)))));
  }
  // An unfinished last line of marks is most likely the closing fence on its way.
  if (!isClosed && from.isOpen && /^[`~\s]*$/.test(body.at(-1) ?? '')) body.pop();
  return { kind: 'pre', language: info.trim().split(/[\s{]/)[0] ?? '', text: body.join('\n') };
}

function readHeading(from: Lines, line: string, level: number): Piece {
  const text = line.trim().slice(level).trim();
  let end = text.length;
  while (text[end - 1] === '#') end -= 1;
  const isClosed = end === 0 || text[end - 1] === ' ';
  const isOpen = from.isOpen && from.at === from.lines.length - 1;
  from.at += 1;
  const children = parseInline(isClosed ? text.slice(0, end).trimEnd() : text, from.context, isOpen);
  return { kind: level === 1 ? 'h3' : level === 2 ? 'h4' : 'h5', children };
}

function readQuote(from: Lines): Piece {
  const inner: string[] = [];
  for (; from.at < from.lines.length; from.at += 1) {
    const line = from.lines[from.at] ?? '';
    const isLazy = !isBlank(line) && !isBlank(inner.at(-1)) && !interrupts(from);
    if (!QUOTE.test(line) && !isLazy) break;
    inner.push(line.replace(QUOTE, ''));
  }
  return { kind: 'blockquote', children: parseInside(from, inner) };
}

function readParagraph(from: Lines): Piece {
  const lines: string[] = [];
  do lines.push(from.lines[from.at++]?.trimStart() ?? '');
  while (!isBlank(from.lines[from.at]) && !interrupts(from) && !readColumns(from));
  return { kind: 'p', children: parseInline(lines.join('\n').trimEnd(), from.context, isOpenEnd(from)) };
}

/** True if the next line begins a block that a paragraph cannot swallow. */
function interrupts({ lines, at, isOpen, depth }: Lines): boolean {
  const line = lines[at] ?? '';
  if (readFence(line) || HEADING.test(line)) return true;
  // Under a line with a bar, this may become the divider of a table.
  if (isOpen && at === lines.length - 1 && /^[ \t|:-]*$/.test(line) && lines[at - 1]?.includes('|')) return false;
  return RULE.test(line) || (depth < MAX_DEPTH && (QUOTE.test(line) || /^ {0,3}(?:[-*+]|1[.)])[ \t]+\S/.test(line)));
}

/** Source: CommonMark §5.2 and §5.3; a nested marker needs two spaces only. */
function readList(from: Lines, first: RegExpExecArray): Piece {
  const children: Piece[] = [];
  const sign = first[2]?.at(-1);
  let marker: RegExpExecArray | null = first;
  while (marker?.[2]?.at(-1) === sign && !(children.length > 0 && RULE.test(marker?.input ?? ''))) {
    children.push({ kind: 'li', children: parseInside(from, readItem(from, marker)) });
    let ahead = from.at;
    while (ahead < from.lines.length && isBlank(from.lines[ahead])) ahead += 1;
    marker = MARKER.exec(from.lines[ahead] ?? '');
    if (marker?.[2]?.at(-1) === sign) from.at = ahead;
  }
  return first[3] === undefined ? { kind: 'ul', children } : { kind: 'ol', start: Number(first[3]), children };
}

function readItem(from: Lines, marker: RegExpExecArray | null): string[] {
  const [whole = '', outer = '', sign = '', , gap = ''] = marker ?? [];
  const inner = gap.length > 4 || whole === marker?.input ? outer.length + sign.length + 1 : whole.length;
  const lines = [(from.lines[from.at++] ?? '').slice(inner)];
  for (; from.at < from.lines.length; from.at += 1) {
    const line = from.lines[from.at] ?? '';
    const indent = line.search(/\S/);
    const isInside = indent >= inner || (indent >= outer.length + 2 && MARKER.test(line.slice(indent)));
    if (indent >= 0 && !isInside && (isBlank(lines.at(-1)) || MARKER.test(line) || interrupts(from))) break;
    lines.push(line.slice(Math.min(indent < 0 ? line.length : indent, isInside ? inner : line.length)));
  }
  // Blank lines at the end belong to nobody.
  for (; lines.length > 1 && isBlank(lines.at(-1)); from.at -= 1) lines.pop();
  return lines;
}
