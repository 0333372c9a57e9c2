import { describe, expect, test } from 'vitest';
import { createMarkdownDocument } from './document.ts';
import type { Block, Node } from './tree.ts';

const ORIGIN = 'https://site.example';

function parse(text: string, isOpen = false): readonly Block[] {
  return createMarkdownDocument(ORIGIN).update(text, isOpen);
}

/** A short spelling of a tree, so that the facts below fit on a line. */
function spell(blocks: readonly Node[]): string {
  return blocks.map(spellNode).join(' ');
}

function spellNode(node: Node): string {
  if (typeof node === 'string') return node;
  switch (node.kind) {
    case 'br':
      return '⏎';
    case 'hr':
      return 'hr';
    case 'code':
      return `\`${node.text}\``;
    case 'pre':
      return `code:${node.language}(${node.text})`;
    case 'img':
      return `img(${node.src.href},${node.alt})`;
    case 'a':
      return `a(${node.address.href},${inlines(node.children)})`;
    case 'blockquote':
      return `quote(${spell(node.children)})`;
    case 'ul':
    case 'ol':
      return `${node.kind === 'ol' ? node.start : 'ul'}[${node.children.map(spellNode).join('; ')}]`;
    case 'li':
      return spell(node.children);
    case 'table':
      return `table[${alignOf(node.children[0])}](${node.children.map(spellNode).join(' / ')})`;
    case 'tr':
      return node.children.map(spellNode).join('|');
    case 'th':
    case 'td':
      return inlines(node.children);
    case 'p':
    case 'h3':
    case 'h4':
    case 'h5':
    case 'strong':
    case 'em':
    case 's':
      return `${NAMES[node.kind] ?? node.kind}(${inlines(node.children)})`;
    default:
      return node satisfies never;
  }
}

const NAMES: Readonly<Record<string, string>> = { s: 'strike' };

function alignOf(head: Node | undefined): string {
  const cells = typeof head === 'object' && head.kind === 'tr' ? head.children : [];
  return cells.map((cell) => (typeof cell === 'object' && cell.kind === 'th' ? cell.align : '?')).join();
}

function inlines(nodes: readonly Node[]): string {
  return nodes.map(spellNode).join('');
}

describe('markdown', () => {
  test.each([
    ['one\ntwo\n\nthree', 'p(one\ntwo) p(three)'],
    ['one  \ntwo\\\nthree', 'p(one  ⏎two⏎three)'],
    ['# One #\n###### Six\n#none', 'h3(One) h5(Six) p(#none)'],
    ['*a* _b_ **c** __d__ ~~e~~ ***f***', 'p(em(a) em(b) strong(c) strong(d) strike(e) em(strong(f)))'],
    ['snake_case_name 2*3*4 ~a~ * b *', 'p(snake_case_name 2em(3)4 ~a~ * b *)'],
    ['**a *b* c** and *a **b', 'p(strong(a em(b) c) and *a **b)'],
    ['`a` ``b`c`` ` d ` `open', 'p(`a` `b`c` `d` `open)'],
    ['\\*a\\* \\a &amp; &lt;b&gt; &unknown;', 'p(*a* \\a & <b> &unknown;)'],
    ['```js\nlet a;\n\nb\n```\nafter', 'code:js(let a;\n\nb) p(after)'],
    ['~~~\n```\n~~~', 'code:(```)'],
    ['```\nnever closed', 'code:(never closed)'],
    ['- a\n- b\n  - c\n    - d\n- e', 'ul[p(a); p(b) ul[p(c) ul[p(d)]]; p(e)]'],
    ['1. a\n   - b\n2. c\n\n   more', '1[p(a) ul[p(b)]; p(c) p(more)]'],
    ['3. a\n4. b', '3[p(a); p(b)]'],
    ['1. a\n  - b with two spaces only', '1[p(a) ul[p(b with two spaces only)]]'],
    ['* a\n\n* b\n\nc', 'ul[p(a); p(b)] p(c)'],
    ['- a\nlazy\n\n- ```\n  code\n  ```', 'ul[p(a\nlazy); code:(code)]'],
    ['text\n- list\n\ntext\n2. not a list', 'p(text) ul[p(list)] p(text\n2. not a list)'],
    ['> a\nb\n>\n> - c\n\nd', 'quote(p(a\nb) ul[p(c)]) p(d)'],
    ['a\n---\n* * *\n_ _ _', 'p(a) hr hr hr'],
    ['| a | b |\n|:--|--:|\n| c \\| d | **e** |\n| f |\nend', 'table[start,end](a|b / c | d|strong(e) / f|) p(end)'],
    ['text\na | b\n:-: | -\n1 | 2', 'p(text) table[center,](a|b / 1|2)'],
    ['a | b\n--- ', 'p(a | b) hr'],
    ['[a](https://x.example/y) [b](/z) [c](mailto:a@b.example)', `p(a(https://x.example/y,a) a(${ORIGIN}/z,b) a(mailto:a@b.example,c))`],
    ['[a](<https://x.example/a(b> "title") [b](https://x.example/(c))', 'p(a(https://x.example/a(b,a) a(https://x.example/(c),b))'],
    [
      'see https://x.example/a_b. (https://x.example)',
      'p(see a(https://x.example/a_b,https://x.example/a_b). (a(https://x.example/,https://x.example)))',
    ],
    ['<https://x.example> <a@b.example>', 'p(a(https://x.example/,https://x.example) a(mailto:a@b.example,a@b.example))'],
    ['[https://x.example](https://y.example)', 'p(a(https://y.example/,https://x.example))'],
    ['[not](relative) [a]: b [c](#d) [e](http:f)', 'p([not](relative) [a]: b [c](#d) [e](http:f))'],
    ['![alt](https://i.example/a.png?b)', 'p(img(https://i.example/a.png?b,alt))'],
    ['<b>no</b> html', 'p(<b>no</b> html)'],
    ['a\r\nb\rc', 'p(a\nb\nc)'],
    ['', ''],
  ])('%j is %s', (text, tree) => {
    expect(spell(parse(text))).toBe(tree);
  });

  test('an unfinished link, address or picture is text while the answer runs', () => {
    for (const text of ['https://x.example', '[a]', '`a [b](https://x.example)']) {
      expect(spell(parse(text, true))).toBe(`p(${text})`);
    }
  });

  test('the words of a link stand alone while its address is on its way', () => {
    expect(spell(parse('see [**a** b](https://x.exam', true))).toBe('p(see strong(a) b)');
    expect(spell(parse('see [a](https://x.exam', false))).toBe('p(see [a](a(https://x.exam/,https://x.exam))');
  });

  test('a closing fence on its way does not flash as code', () => {
    expect(spell(parse('```\na\n``', true))).toBe('code:(a)');
  });

  test('settled blocks stay the same objects while later ones grow', () => {
    const document = createMarkdownDocument(ORIGIN);
    const first = document.update('# One\n\ntwo\n\nthree\n', true)[0];
    expect(document.update('# One\n\ntwo\n\nthree\n\nfour', true)[0]).toBe(first);
    expect(document.update('another text', true)).toHaveLength(1);
  });
});
