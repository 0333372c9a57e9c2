import { copyButton } from '../copy-button.ts';
import { h } from '../dom.ts';
import type { DrawOptions } from './image.ts';
import { drawInline } from './inline.ts';

const RULE = String.raw`(?=(?:\S *){3})(?:[- ]+|[_ ]+|[* ]+)$`;
/** The head of a table and the finished divider under it, of 24 columns at most: more fit no panel. */
const HEAD = String.raw`[^|\n]*\|.*\n(?=.*\|) *\|?(?: *:?-+:? *(?:\||$)){1,24}(?=\n)`;
/** The kinds of blocks, what tells that a finished line follows, and the blank lines around. */
const BLOCK = new RegExp(
  '\\n*(?:' +
    '( *)(```+|~~~+) *([^\\s`]*)[^`\\n]*$((?:\\n.*)*?)(?:\\n\\1? {0,3}\\2[`~]*$|(?:\\n[`~]*)?(?![^]))' +
    '| *(#+) +(.*)' +
    `| *${RULE}` +
    '|( *>.*(?:\\n *>.*)*)' +
    // A line belongs to an item from two spaces on, also after a blank line.
    '|(( *)([-*+]|(\\d+)[.)])(?: +|$))(.*(?:\\n+\\9 {2}.+)*)' +
    `|(${HEAD}(?:\\n[^|\\n]*\\|.*)*)` +
    // A paragraph goes on until a line begins another block.
    `|(.+(?:\\n(?! *(?:#+ |>|[-*+] |1[.)] |\`\`\`|~~~|${RULE})|${HEAD}).+)*)` +
    ')(?=(\\n.*\\n)?)\\n*',
  'gmy',
);

const DIR = { dir: 'auto' };

/**
 * Draws a text as blocks, one node each, and notes in `starts` where they begin. A block may still change until a finished
 * line follows it. Linear in time: every line is read once for each container around it, eight at most.
 * Source: CommonMark §4 and §5 with GFM tables; no raw HTML, no indented code, no underlined headings, no reference links, no
 * lazy lines in quotes and lists; a nested marker needs two spaces only.
 */
export function drawBlocks(source: string, options: DrawOptions, starts: number[] = []): Node[] {
  // Deeper quotes and lists are shown as they stand.
  if (options.depth > 8) return [h('p', DIR, drawInline(source, options))];
  const nodes: Node[] = [];
  let list: string | undefined;
  for (const block of source.matchAll(BLOCK)) {
    const [, indent, fence, language, body, hashes, heading = '', quote, marker, , mark, start, item, table, paragraph, isClosed] = block;
    const here = { ...options, isOpen: options.isOpen && !isClosed, depth: options.depth + 1 };
    const inside = (text: string): Node[] => drawBlocks(text, here);
    const node = fence
      ? drawCode(language, dedent(body, indent), here)
      : hashes
        ? h(hashes[2] ? 'h5' : hashes[1] ? 'h4' : 'h3', DIR, drawInline(heading, here))
        : quote
          ? h('blockquote', null, inside(quote.replace(/^ *>( *$| )?/gm, '')))
          : mark
            ? drawItem(inside(dedent(item, marker)))
            : table
              ? drawTable(table, here)
              : paragraph
                ? h('p', DIR, drawInline(paragraph, here))
                : h('hr');
    const sign = mark?.at(-1);
    if (sign && sign === list) nodes.at(-1)?.appendChild(node);
    else {
      starts.push(block.index);
      nodes.push(sign ? h(start ? 'ol' : 'ul', { start }, node) : node);
    }
    list = sign;
  }
  return nodes;
}

function dedent(text = '', by = ''): string {
  return text.replace(new RegExp(`^ {0,${by.length}}`, 'gm'), '');
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
function drawTable(source: string, options: DrawOptions): Node {
  const lines = source.split('\n');
  const [divider = ''] = lines.splice(1, 1);
  const columns = Array.from(divider.matchAll(/(:)?-+(:)?/g), ([, start, end]) => end && (start ? 'center' : 'end'));
  const rows = lines.map((line, row) =>
    h(
      'tr',
      null,
      line
        .replace(/^ *\||(?<!\\)\| *$/g, '')
        .split(/(?<!\\)\|/, columns.length)
        .map((cell, column) =>
          h(row ? 'td' : 'th', { dir: 'auto', class: columns[column] }, drawInline(cell.trim().replaceAll('\\|', '|'), options)),
        ),
    ),
  );
  return h('div', { class: 'table', role: 'group', 'aria-label': options.words('table'), tabindex: 0 }, h('table', null, rows));
}
