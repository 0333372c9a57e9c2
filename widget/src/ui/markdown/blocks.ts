import { copyButton } from '../copy-button.ts';
import { h } from '../dom.ts';
import type { DrawOptions } from './image.ts';
import { drawInline } from './inline.ts';

const RULE = String.raw`(?:(?:- *){3,}|(?:_ *){3,}|(?:\* *){3,})$`;
/** The head of a table and the finished divider under it, of 24 columns at most: more fit no panel. */
const HEAD = String.raw`([^|\n]*\|.*)\n(?=.*\|)( *\|?(?: *:?-+:? *(?:\||$)){1,24})(?=\n)`;
/** The kinds of blocks, what tells that a finished line follows, and the blank lines after. */
const BLOCK = new RegExp(
  `(?:${[
    ' {0,3}(`{3,}|~{3,}) *([^\\s`]*)[^`\\n]*$((?:\\n(?! {0,3}\\1[`~]*$).*)*)(\\n.*)?',
    ' {0,3}(#{1,6}) +(.*)',
    ` {0,3}(${RULE})`,
    '( {0,3}>.*(?:\\n {0,3}>.*)*)',
    // A line belongs to an item from two spaces on, also after a blank line.
    '(( *)([-*+]|(\\d{1,9})[.)])(?: +|$))(.*(?:\\n+\\10 {2}.+)*)',
    `${HEAD}((?:\\n[^|\\n]*\\|.*)*)`,
    // A paragraph goes on until a line begins another block.
    `(.+(?:\\n(?! {0,3}(?:#{1,6} |>|(?:[-*+]|1[.)]) |\`{3}|~{3}|${RULE})|${HEAD}).+)*)`,
  ].join('|')})(?=(\\n.*\\n)?)\\n*`,
  'gmy',
);

/** Deeper quotes and lists are shown as they stand. */
const MAX_DEPTH = 8;
const DIR = { dir: 'auto' };

/**
 * Draws a text as blocks, one node each, and notes in `starts` where they begin. A block may still change until a finished
 * line follows it. Linear in time: every line is read once for each container around it, eight at most.
 * Source: CommonMark §4 and §5 with GFM tables; no raw HTML, no indented code, no underlined headings, no reference links, no
 * lazy lines in quotes and lists; a nested marker needs two spaces only.
 */
export function drawBlocks(source: string, options: DrawOptions, starts: number[] = []): Node[] {
  if (options.depth > MAX_DEPTH) return [h('p', DIR, drawInline(source, options))];
  const nodes: Node[] = [];
  let sign: string | undefined;
  for (const block of source.matchAll(BLOCK)) {
    const [whole, fence, language, body = '', end, hashes, heading = '', rule, quote, marker = '', , mark, start, item = ''] = block;
    const [head, divider = '', rows = '', paragraph = '', , , isClosed] = block.slice(14);
    const here = { ...options, isOpen: options.isOpen && !isClosed, depth: options.depth + 1 };
    const inside = (text: string): Node[] => drawBlocks(text.trimStart(), here);
    const before = sign;
    sign = mark?.at(-1);
    if (sign && sign === before) {
      nodes.at(-1)?.appendChild(drawItem(inside(dedent(item, marker.length))));
      continue;
    }
    starts.push(block.index);
    nodes.push(
      fence
        ? drawCode(language, dedent(end ? body : body.replace(/\n[`~]*$/, ''), whole.search(/\S/)), here)
        : hashes
          ? h(hashes === '#' ? 'h3' : hashes === '##' ? 'h4' : 'h5', DIR, drawInline(heading, here))
          : rule
            ? h('hr')
            : quote
              ? h('blockquote', null, inside(quote.replace(/^ {0,3}>(?: *$| ?)/gm, '')))
              : mark
                ? h(start ? 'ol' : 'ul', { start }, drawItem(inside(dedent(item, marker.length))))
                : head
                  ? drawTable([head, ...rows.split('\n').slice(1)], divider, here)
                  : h('p', DIR, drawInline(paragraph, here)),
    );
  }
  return nodes;
}

function dedent(text: string, count: number): string {
  return text.replace(new RegExp(`^ {0,${count}}`, 'gm'), '');
}

/** The first paragraph of an item stands beside its mark. */
function drawItem([first, ...others]: Node[]): Node {
  return h('li', DIR, first?.nodeName === 'P' ? Array.from(first.childNodes) : first, others);
}

function drawCode(language: string | undefined, body: string, { words }: DrawOptions): Node {
  const code = h('code', null, body.slice(1));
  const copy = copyButton(words, 'copyCode', () => code.textContent);
  const head = h('div', { class: 'code-head' }, h('span', null, language), copy);
  return h('div', { class: 'code', dir: 'ltr' }, head, h('pre', { tabindex: 0, 'aria-label': words('code') }, code));
}

/** A bar behind a backslash stands in its cell; cells beyond the columns are left out. Source: GFM §4.10. */
function drawTable(lines: readonly string[], divider: string, options: DrawOptions): Node {
  const columns = divider.match(/:?-+:?/g) ?? [];
  const rows = lines.map((line, row) =>
    h(
      'tr',
      null,
      line
        .replace(/^ *\||(?<!\\)\| *$/g, '')
        .split(/(?<!\\)\|/, columns.length)
        .map((cell, column) =>
          h(
            row ? 'td' : 'th',
            { ...DIR, class: /^:?-+:$/.test(columns[column] ?? '') && (columns[column]?.startsWith(':') ? 'center' : 'end') },
            drawInline(cell.trim().replaceAll('\\|', '|'), options),
          ),
        ),
    ),
  );
  const table = h('table', null, h('thead', null, rows.shift()), h('tbody', null, rows));
  return h('div', { class: 'table', role: 'group', 'aria-label': options.words('table'), tabindex: 0 }, table);
}
