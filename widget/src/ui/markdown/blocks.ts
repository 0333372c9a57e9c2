import { parseInline } from './inline.ts';
import { FENCE, HEADING, interrupts, isBlank, isLast, type Lines, MAX_DEPTH, QUOTE, type Read, RULE } from './lines.ts';
import { readList, startsList } from './list.ts';
import { readTable, startsTable } from './table.ts';
import type { Block } from './tree.ts';

/**
 * Parses lines into blocks; `key` is the number of the block's first line. Linear in time: every line is read once for
 * each container around it, eight at most. Source: CommonMark §4 and §5 with GFM tables; no raw HTML, no indented code,
 * no underlined headings, no reference links.
 */
export function parseBlocks(from: Lines): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < from.lines.length) {
    if (isBlank(from.lines[at])) {
      at += 1;
      continue;
    }
    const { block, next } = readBlock(from, at);
    from.context.steps += next - at;
    blocks.push(block);
    at = next;
  }
  return blocks;
}

function readBlock(from: Lines, at: number): Read {
  const line = from.lines[at] ?? '';
  const fence = FENCE.exec(line);
  if (fence) return readCode(from, at, fence);
  const heading = HEADING.exec(line);
  if (heading) return readHeading(from, at, String(heading[1]).length);
  if (RULE.test(line)) return { block: { key: at, kind: 'rule' }, next: at + 1 };
  if (from.depth < MAX_DEPTH) {
    if (QUOTE.test(line)) return readQuote(from, at);
    if (startsList(line)) return readList(from, at);
  }
  return readTable(from, at) ?? readParagraph(from, at);
}

function readCode(from: Lines, at: number, fence: RegExpExecArray): Read {
  const mark = String(fence[1]);
  const indent = fence[0].indexOf(mark);
  const body: string[] = [];
  let next = at + 1;
  let isClosed = false;
  for (; next < from.lines.length && !isClosed; next += 1) {
    const line = from.lines[next] ?? '';
    const trimmed = line.trim();
    isClosed = trimmed.length >= mark.length && line.search(/\S/) < 4 && isRunOf(trimmed, mark.charAt(0));
    if (!isClosed) body.push(line.slice(Math.min(indent, Math.max(0, line.search(/\S/)))));
  }
  // An unfinished last line of marks is most likely the closing fence on its way.
  if (!isClosed && from.isOpen && isRunOf((body.at(-1) ?? '').trim(), mark.charAt(0))) body.pop();
  const language = String(fence[2]).trim().split(/[\s{]/)[0] ?? '';
  return { block: { key: at, kind: 'code', language, text: body.join('\n') }, next };
}

function isRunOf(text: string, mark: string): boolean {
  for (const character of text) if (character !== mark) return false;
  return true;
}

function readHeading(from: Lines, at: number, level: number): Read {
  const text = (from.lines[at] ?? '').trim().slice(level).trim();
  let end = text.length;
  while (text[end - 1] === '#') end -= 1;
  const isClosed = end < text.length && (end === 0 || text[end - 1] === ' ');
  const isOpen = from.isOpen && at === from.lines.length - 1;
  const children = parseInline(isClosed ? text.slice(0, end).trimEnd() : text, from.context, isOpen);
  return { block: { key: at, kind: 'heading', level, children }, next: at + 1 };
}

function readQuote(from: Lines, at: number): Read {
  const inner: string[] = [];
  let next = at;
  for (; next < from.lines.length; next += 1) {
    const line = from.lines[next] ?? '';
    const isQuoted = QUOTE.test(line);
    const isLazy = !isBlank(line) && !isBlank(inner.at(-1)) && !interrupts(from, next);
    if (!isQuoted && !isLazy) break;
    inner.push(line.replace(QUOTE, ''));
  }
  const isOpen = from.isOpen && isLast(from, next);
  const children = from.parse({ ...from, lines: inner, isOpen, depth: from.depth + 1 });
  return { block: { key: at, kind: 'quote', children }, next };
}

function readParagraph(from: Lines, at: number): Read {
  let next = at + 1;
  while (next < from.lines.length && !isBlank(from.lines[next]) && !interrupts(from, next) && !startsTable(from, next)) next += 1;
  const lines = from.lines.slice(at, next);
  const text = lines.map((line, index) => (index === lines.length - 1 ? line.trim() : line.trimStart())).join('\n');
  const isOpen = from.isOpen && isLast(from, next);
  return { block: { key: at, kind: 'paragraph', children: parseInline(text, from.context, isOpen) }, next };
}
