import { describe, expect, test } from 'vitest';
import { createWords } from '../texts.ts';
import { createProse, toPlainText } from './prose.ts';

const ORIGIN = 'https://site.example';

function draw(text: string, isOpen = false): HTMLElement {
  const prose = createProse({ words: createWords(() => ({})), imageOrigins: () => [], origin: ORIGIN });
  prose.update(text, isOpen);
  return prose.element;
}

/** A short spelling of what is drawn, so that the facts below fit on a line. */
function spell(node: Node, between = ''): string {
  return Array.from(node.childNodes, spellNode).join(between);
}

function spellNode(node: Node): string {
  if (node instanceof HTMLAnchorElement) return `a(${node.href},${spell(node)})`;
  if (node instanceof HTMLButtonElement) return `img(${node.value},${node.title})`;
  if (node instanceof HTMLOListElement) return `${node.start}[${spell(node, '; ')}]`;
  switch (node.nodeName) {
    case 'BR':
      return '⏎';
    case 'HR':
      return 'hr';
    case 'CODE':
      return `\`${node.textContent}\``;
    case 'DIV':
      return node.firstChild instanceof HTMLTableElement ? spellTable(node.firstChild) : spellCode(node);
    case 'BLOCKQUOTE':
      return `quote(${spell(node, ' ')})`;
    case 'UL':
      return `ul[${spell(node, '; ')}]`;
    case 'LI':
      return spellItem(node);
    case 'TH':
    case 'TD':
      return spell(node);
    case '#text':
      return node.textContent ?? '';
    default:
      return `${NAMES[node.nodeName] ?? node.nodeName.toLowerCase()}(${spell(node)})`;
  }
}

const NAMES: Readonly<Record<string, string>> = { S: 'strike' };

/** Blocks in an item stand apart; its first words are a paragraph whose frame is not drawn. */
function spellItem(node: Node): string {
  const at = Array.from(node.childNodes).findIndex(({ nodeName }) => /^(UL|OL|P|DIV|BLOCKQUOTE|H\d)$/.test(nodeName));
  const parts = Array.from(node.childNodes, spellNode);
  const words = parts.splice(0, at < 0 ? parts.length : at).join('');
  return [...(words ? [`p(${words})`] : []), ...parts].join(' ');
}

function spellTable(table: HTMLTableElement): string {
  const columns = Array.from(table.rows[0]?.cells ?? [], ({ className }) => className);
  return `table[${columns.join()}](${Array.from(table.rows, (row) => spell(row, '|')).join(' / ')})`;
}

function spellCode(node: Node): string {
  const [head, body] = node.childNodes;
  return `code:${head?.textContent}(${body?.textContent})`;
}

describe('markdown', () => {
  test.each([
    ['one\ntwo\n\nthree', 'p(one\ntwo) p(three)'],
    ['one  \ntwo\\\nthree', 'p(one  ⏎two⏎three)'],
    ['# One\n## Two\n###### Six\n#none', 'h3(One) h4(Two) h5(Six) p(#none)'],
    ['*a* _b_ **c** __d__ ~~e~~ ***f***', 'p(em(a) em(b) strong(c) strong(d) strike(e) strong(em(f)))'],
    ['snake_case_name 2*3*4 ~a~ * b *', 'p(snake_case_name 2em(3)4 ~a~ * b *)'],
    ['**a *b* c** and *a **b', 'p(strong(a em(b) c) and *a **b)'],
    ['*a **b*** **c *d*** (**e**) **f:** g', 'p(em(a strong(b)) strong(c em(d)) (strong(e)) strong(f:) g)'],
    ['`a` ``b`c`` ` d ` `open', 'p(`a` `b`c` `d` `open)'],
    ['\\*a\\* \\a &amp;', 'p(*a* \\a &amp;)'],
    ['```js\nlet a;\n\nb\n```\nafter', 'code:js(let a;\n\nb) p(after)'],
    ['~~~\n```\n~~~', 'code:(```)'],
    ['\n  ```\n  a\n    b\n  ```', 'code:(a\n  b)'],
    ['- a\n\n      ```\n      b\n      ```', 'ul[p(a) code:(b)]'],
    ['```md\n- a\n\n    ```\n    b\n    ```\n```\nc', 'code:md(- a\n\n    ```\n    b\n    ```) p(c)'],
    ['```\nnever closed', 'code:(never closed)'],
    ['- a\n- b\n  - c\n    - d\n- e', 'ul[p(a); p(b) ul[p(c) ul[p(d)]]; p(e)]'],
    ['1. a\n   - b\n2. c\n\n   more', '1[p(a) ul[p(b)]; p(c) p(more)]'],
    ['3. a\n4. b', '3[p(a); p(b)]'],
    ['1. a\n  - b with two spaces only', '1[p(a) ul[p(b with two spaces only)]]'],
    ['- a\n\t- b', 'ul[p(a) ul[p(b)]]'],
    ['* a\n\n* b\n\nc', 'ul[p(a); p(b)] p(c)'],
    ['- a\n  more\n\n- ```\n  code\n  ```', 'ul[p(a\nmore); code:(code)]'],
    ['text\n- list\n\ntext\n2. not a list', 'p(text) ul[p(list)] p(text\n2. not a list)'],
    ['> a\n> b\n>\n> - c\n\nd', 'quote(p(a\nb) ul[p(c)]) p(d)'],
    ['a\n---\n* * *\n_ _ _', 'p(a) hr hr hr'],
    ['| a | b |\n|:--|--:|\n| c \\| d | **e** |\n| f |\nend', 'table[,end](a|b / c | d|strong(e) / f) p(end)'],
    ['text\na | b\n:-: | -\n1 | 2', 'p(text) table[center,](a|b / 1|2)'],
    ['a | b\n--- ', 'p(a | b) hr'],
    ['[a](https://x.example/y) [b](/z) [c](mailto:a@b.example)', `p(a(https://x.example/y,a) a(${ORIGIN}/z,b) a(mailto:a@b.example,c))`],
    ['[a](<https://x.example/ab> "title") [b](https://x.example/(c))', 'p(a(https://x.example/ab,a) a(https://x.example/(c),b))'],
    [
      'see https://x.example/a_b. (https://x.example)',
      'p(see a(https://x.example/a_b,https://x.example/a_b). (a(https://x.example/,https://x.example)))',
    ],
    ['<https://x.example> <a@b.example>', 'p(a(https://x.example/,https://x.example) <a@b.example>)'],
    ['<https://x.example/[a](/b)>', 'p(<https://x.example/a(https://site.example/b,a)>)'],
    ['[https://x.example](https://y.example)', 'p(a(https://y.example/,https://x.example (y.example)))'],
    ['[not](relative) [a]: b [c](#d) [e](http:f)', 'p([not](relative) [a]: b [c](#d) [e](http:f))'],
    ['[**a** ![b](https://i.example/b.png)](c) ![*d*](/e)', 'p([strong(a) img(https://i.example/b.png,b)](c) ![em(d)](/e))'],
    ['![alt](https://i.example/a.png?b)', 'p(img(https://i.example/a.png?b,alt))'],
    ['[![](https://i.example/a.png) b](https://x.example/)', 'p(a(https://x.example/, b))'],
    ['请看https://x.example/a。', 'p(请看a(https://x.example/a,https://x.example/a)。)'],
    ['<b>no</b> html', 'p(<b>no</b> html)'],
    ['a\r\nb\rc', 'p(a\nb\nc)'],
    ['a\u2028b\n\nc\u2029\n- d', 'p(a\nb) p(c) ul[p(d)]'],
    ['', ''],
  ])('%j is %s', (text, tree) => {
    expect(spell(draw(text), ' ')).toBe(tree);
  });

  test('an unfinished link, address or picture is text while the answer runs', () => {
    for (const text of ['https://x.example', '[a]']) expect(spell(draw(text, true), ' ')).toBe(`p(${text})`);
    for (const text of [
      'https://x.example[1. ](',
      '<https://x.example[>](',
      '*a https://x.example[1. b* c](',
      '[https://x.example a](',
      '_https://x.example [_',
    ])
      expect(draw(text, true).querySelector('a'), text).toBeNull();
    for (const text of ['`a [b](https://x.example)', '[c `a [b](https://x.example)', 'a [b|](https://x.example)']) {
      expect(draw(text, true).querySelector('a'), text).toBeNull();
      expect(draw(text, true).textContent, text).not.toContain('x.example');
    }
  });

  test('the words of a link stand alone while its address is on its way', () => {
    expect(spell(draw('see [**a** b](https://x.exam', true)), ' ').toBe('p(see strong(a) b)');
    expect(spell(draw('see [a](https://x.exam', false)), ' ').toBe('p(see [a](a(https://x.exam/,https://x.exam))');
    expect(spell(draw('see ![**a**](https://x.exam', true)), ' ').toBe('p(see strong(a))');
  });

  test('a closing fence on its way does not flash as code', () => {
    expect(spell(draw('```\na\n``', true), ' ')).toBe('code:(a)');
  });

  test('the plain text has each block, item and cell on a line of its own', () => {
    const text = toPlainText(draw('# a\n\nb *c*  \nd\n\n- e\n  - f\n\n  g\n\n|h|i|\n|-|-|\n|j|k|\n\n```js\nl\n```\n\n> m'));
    expect(
      text
        .split(/\n+/)
        .map((line) => line.trim())
        .filter(Boolean),
    ).toEqual('a,b c,d,e,f,g,h,i,j,k,js,l,m'.split(','));
  });
});
