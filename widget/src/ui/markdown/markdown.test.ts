import { describe, expect, test } from 'vitest';
import { createMarkdownDocument } from './document.ts';
import type { Block, Inline } from './tree.ts';

const ORIGIN = 'https://site.example';

function parse(text: string, isOpen = false): readonly Block[] {
  return createMarkdownDocument(ORIGIN).update(text, isOpen);
}

/** A short spelling of a tree, so that the facts below fit on a line. */
function spell(blocks: readonly Block[]): string {
  return blocks.map(spellBlock).join(' ');
}

function spellBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `p(${inlines(block.children)})`;
    case 'heading':
      return `h${block.level}(${inlines(block.children)})`;
    case 'code':
      return `code:${block.language}(${block.text})`;
    case 'quote':
      return `quote(${spell(block.children)})`;
    case 'list':
      return `${block.start ?? 'ul'}[${block.items.map(spell).join('; ')}]`;
    case 'table':
      return `table[${block.align.join()}](${[block.head, ...block.rows].map((row) => row.map(inlines).join('|')).join(' / ')})`;
    case 'rule':
      return 'hr';
    default:
      return block satisfies never;
  }
}

function inlines(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text;
      if (node.kind === 'code') return `\`${node.text}\``;
      if (node.kind === 'break') return '⏎';
      if (node.kind === 'image') return `img(${node.src.href},${node.alt})`;
      if (node.kind === 'link') return `a(${node.address.href},${inlines(node.children)})`;
      return `${node.kind}(${inlines(node.children)})`;
    })
    .join('');
}

describe('markdown', () => {
  test.each([
    ['one\ntwo\n\nthree', 'p(one\ntwo) p(three)'],
    ['one  \ntwo\\\nthree', 'p(one  ⏎two⏎three)'],
    ['# One #\n###### Six\n#none', 'h1(One) h6(Six) p(#none)'],
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
