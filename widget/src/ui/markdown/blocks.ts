import { copyButton } from '../copy-button.ts';
import { type Drawn, h } from '../dom.ts';
import type { DrawOptions } from './image.ts';
import { drawInline } from './inline.ts';

/** The text of one container, read from its start to its end. Its blank lines are empty. */
interface Reader {
  readonly source: string;
  readonly options: DrawOptions;
  at: number;
}

const RULE = String.raw`(?:(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})$`;
/** The head of a table and the finished divider under it. */
const HEAD = String.raw`([^|\n]*\|.*)\n(?=[^|\n]*\|)(?=[^-\n]*-)([ \t|:-]+)(?=\n)`;
const MARKER = String.raw`(?:[-*+]|\d{1,9}[.)])(?:[ \t]{1,4}(?=\S)|[ \t]|$)`;
/** One more line of a paragraph: none that begins a block of its own. */
const MORE = String.raw`\n(?! {0,3}(?:#{1,6}(?:[ \t]|$)|>|(?:[-*+]|1[.)])[ \t]+\S|\`{3,}[^\`\n]*$|~{3}|${RULE})|${HEAD}).+`;

const BLANK_LINES = /\n*/y;
const FINISHED_LINE = /\n.*\n/y;
const FENCE = /( {0,3})(`{3,}|~{3,})[ \t]*([^\s`{]*)[^`\n]*$((?:\n(?! {0,3}\2[`~]*[ \t]*$).*)*)(\n.*)?/my;
const HEADING = /( {0,3})(#{1,6})(?:[ \t](.*))?$/my;
const RULE_LINE = new RegExp(` {0,3}${RULE}`, 'my');
const QUOTE = new RegExp(` {0,3}>.*(?:\\n {0,3}>.*|(?<!> *)${MORE})*`, 'my');
/** A line belongs to an item from two spaces on; after a blank line, only such lines do. */
const ITEM = new RegExp(`( {0,3})(?!${RULE})(?=([-*+]|(\\d+)[.)]))${MARKER}(.*(?:(?!\\n {0,3}${MARKER})${MORE}|\\n+\\1  .+)*)`, 'my');
const TABLE = new RegExp(String.raw`${HEAD}((?:\n[^|\n]*\|.*)*)`, 'y');
const PARAGRAPH = new RegExp(`.+(?:${MORE})*`, 'my');

/** Deeper quotes and lists are shown as they stand. */
const MAX_DEPTH = 8;
/** More columns than fit any panel are no table; it also bounds the cells that short rows are filled up with. */
const MAX_COLUMNS = 24;
const DIR = { dir: 'auto' };

/**
 * Draws a text as blocks, one node each, and notes in `starts` where they begin. A block may still change until a finished
 * line follows it; the end of a finished text is told by two line breaks. Linear in time: every line is read once for each
 * container around it, eight at most. Source: CommonMark §4 and §5 with GFM tables; no raw HTML, no indented code, no
 * underlined headings, no reference links; a nested marker needs two spaces only.
 */
export function drawBlocks(source: string, options: DrawOptions, starts: number[]): Node[] {
  if (options.depth > MAX_DEPTH) return [h('p', DIR, drawInline(source, true, options))];
  const reader: Reader = { source, options, at: 0 };
  const nodes: Node[] = [];
  for (;;) {
    take(reader, BLANK_LINES);
    if (reader.at >= source.length) return nodes;
    starts.push(reader.at);
    nodes.push(drawBlock(reader));
  }
}

function drawBlock(reader: Reader): Node {
  const fence = take(reader, FENCE);
  if (fence) return drawCode(fence, reader);
  const heading = take(reader, HEADING);
  if (heading) return drawHeading(heading, reader);
  if (take(reader, RULE_LINE)) return h('hr');
  const quote = take(reader, QUOTE);
  if (quote) return h('blockquote', null, ...drawInside(reader, quote[0].replace(/^ {0,3}>(?:[ \t]*$| ?)/gm, '')));
  const item = take(reader, ITEM);
  if (item) return drawList(item, reader);
  return drawTable(reader) ?? h('p', DIR, drawLine(reader, take(reader, PARAGRAPH)?.[0]));
}

function take(reader: Reader, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.source);
  if (found) reader.at = pattern.lastIndex;
  return found;
}

function isOpen({ source, at }: Reader): boolean {
  FINISHED_LINE.lastIndex = at;
  return !FINISHED_LINE.test(source);
}

function drawLine(reader: Reader, text = ''): Drawn {
  return drawInline(text, isOpen(reader), reader.options);
}

function drawInside(reader: Reader, text: string): Node[] {
  const { source, at, options } = reader;
  const end = isOpen(reader) ? source.charAt(at) : '\n\n';
  return drawBlocks(text + end, { ...options, depth: options.depth + 1 }, []);
}

function dedent(text: string, count: number): string {
  return text.replace(new RegExp(`^ {0,${count}}`, 'gm'), '');
}

function drawHeading([, , level = '', text = '']: RegExpExecArray, reader: Reader): Node {
  const line = drawLine(reader, text.replace(/(^|[ \t])#+[ \t]*$/, ''));
  return h(level === '#' ? 'h3' : level === '##' ? 'h4' : 'h5', DIR, line);
}

function drawCode([, indent = '', , language = '', body = '', end]: RegExpExecArray, { options: { words } }: Reader): Node {
  // An unfinished last line of marks is most likely the closing fence on its way.
  const text = end === undefined ? body.trimEnd().replace(/\n[`~]+$/, '') : body;
  const code = h('code', null, dedent(text.slice(1), indent.length));
  const copy = copyButton(words, 'copyCode', () => code.textContent);
  const head = h('div', { class: 'code-head' }, h('span', null, language), copy);
  return h('div', { class: 'code', dir: 'ltr' }, head, h('pre', { tabindex: 0, 'aria-label': words('code') }, code));
}

/** Source: CommonMark §5.2 and §5.3. */
function drawList(first: RegExpExecArray, reader: Reader): Node {
  const start = first[3];
  const items: Node[] = [];
  let item: RegExpExecArray | null = first;
  let end = reader.at;
  while (item && signOf(item) === signOf(first)) {
    const [whole, , , , text = ''] = item;
    const [head, ...others] = drawInside(reader, dedent(text, whole.length - text.length));
    // The first paragraph of an item stands beside its mark.
    items.push(h('li', DIR, head?.nodeName === 'P' ? Array.from(head.childNodes) : head, ...others));
    end = reader.at;
    take(reader, BLANK_LINES);
    item = take(reader, ITEM);
  }
  reader.at = end;
  return start ? h('ol', { start }, ...items) : h('ul', null, ...items);
}

const signOf = (item: RegExpExecArray): string | undefined => item[2]?.at(-1);

/** Source: GFM §4.10. */
function drawTable(reader: Reader): Node | null {
  const start = reader.at;
  const [, head = '', divider = '', body = ''] = take(reader, TABLE) ?? [];
  const columns = divider.match(/:?-+:?/g) ?? [];
  if (columns.length === 0 || columns.length > MAX_COLUMNS || splitCells(head).length !== columns.length) {
    reader.at = start;
    return null;
  }
  const rows = body.split('\n').slice(1);
  const drawRow = (tag: 'th' | 'td', line: string, isLast: boolean): Node => {
    const cells = splitCells(line);
    const draw = (mark: string, index: number): Node =>
      h(
        tag,
        { ...DIR, class: mark.endsWith(':') ? (mark.startsWith(':') ? 'center' : 'end') : null },
        drawInline(cells[index] ?? '', isLast && isOpen(reader), reader.options),
      );
    return h('tr', null, ...columns.map(draw));
  };
  const table = h(
    'table',
    null,
    h('thead', null, drawRow('th', head, false)),
    h('tbody', null, ...rows.map((row, index) => drawRow('td', row, index === rows.length - 1))),
  );
  return h('div', { class: 'table', role: 'group', 'aria-label': reader.options.words('table'), tabindex: 0 }, table);
}

/** A bar behind a backslash stands in its cell. */
function splitCells(line: string): string[] {
  return line
    .replace(/^[ \t]*\||(?<!\\)\|[ \t]*$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}
