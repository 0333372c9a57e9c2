import { expect, test } from 'vitest';
import { createProse } from './markdown/prose.ts';
import { createSentenceReader } from './sentences.ts';
import { createWords } from './texts.ts';

/** What is said of a text that comes in letter by letter, in order; `end` ends it. */
function listen(text: string, end = true): string[] {
  const prose = createProse({ words: createWords(() => ({})), imageOrigins: () => [], origin: 'https://site.example' });
  const said: string[] = [];
  const read = createSentenceReader((news) => void (news && said.push(news)));
  for (let length = 1; length <= text.length; length += 1) read(prose.element, prose.update(text.slice(0, length), true));
  if (end) read(prose.element, prose.update(text, false));
  return said;
}

const flat = (said: readonly string[]): string => said.join(' ').replace(/\s+/g, ' ');

test('a sentence is said when it has ended, before its paragraph has', () => {
  expect(listen('It is **so**. And it costs 4.50 to', false)).toEqual(['It is so.']);
  expect(listen('It is **so**. And it costs 4.50 to')).toEqual(['It is so.', 'And it costs 4.50 to']);
});

test('a paragraph that may turn out otherwise is said when that is known', () => {
  expect(listen('**It is so. And', false)).toEqual([]);
  expect(listen('**It is so. And** more. x', false)).toEqual(['It is so.', 'And more.']);
  expect(listen('It is. [so](https://x.example/). And', false)).toEqual(['It is.', 'so.']);
});

test('a table is said as its cells, whole and once', () => {
  const table = '|Plant no. one|Cats|Dogs|\n|-|:-:|-|\n|Boston fern|safe|safe|\n|Lily|**no**|no|';
  expect(flat(listen(`Here it is. Look:\n\n${table}\n\nAsk me.`))).toBe(
    'Here it is. Look: Plant no. one Cats Dogs Boston fern safe safe Lily no no Ask me.',
  );
  expect(flat(listen(`Here:\n${table}`))).toBe('Here: Plant no. one Cats Dogs Boston fern safe safe Lily no no');
  expect(listen(`Here:\n${table}`, false).join('')).not.toMatch(/\||Plant/);
});

test('what has been said of a paragraph that becomes a table costs no letter of it', () => {
  expect(flat(listen('Is it. So | b\n-|-\nc | d'))).toBe('Is it. Is it. So b c d');
});

test('lists, code and headings are said once each, when the next block follows', () => {
  const text = '# One\n\n- a\n- b\n\n```js\nlet c;\n```\n\n> d\n';
  expect(listen(text, false).map((said) => said.replace(/\s+/g, ' '))).toEqual(['One', 'a b', 'js let c;']);
  expect(flat(listen(text))).toBe('One a b js let c; d');
});
