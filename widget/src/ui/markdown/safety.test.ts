import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEEP, HOSTILE } from '../test/hostile.ts';
import { listAddresses } from '../test/list-addresses.ts';
import { createWords } from '../texts.ts';
import { isDisguised, parseAddress } from './address.ts';
import { createMarkdownDocument } from './document.ts';
import { createProse } from './prose.ts';

const ORIGIN = 'https://site.example';
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  P: ['dir'],
  H3: ['dir'],
  H4: ['dir'],
  H5: ['dir'],
  UL: [],
  OL: ['start'],
  LI: ['dir'],
  BLOCKQUOTE: [],
  TABLE: [],
  THEAD: [],
  TBODY: [],
  TR: [],
  TH: ['class', 'dir'],
  TD: ['class', 'dir'],
  PRE: ['tabindex', 'aria-label'],
  CODE: [],
  A: ['href', 'rel', 'target', 'referrerpolicy'],
  EM: [],
  STRONG: [],
  S: [],
  HR: [],
  BR: [],
  B: [],
  SPAN: ['class'],
  DIV: ['class', 'dir', 'role', 'aria-label', 'tabindex'],
  BUTTON: ['type', 'class', 'aria-label', 'title'],
  svg: ['viewBox', 'width', 'height', 'aria-hidden', 'focusable'],
  path: ['d', 'fill', 'stroke', 'stroke-width', 'stroke-linecap', 'stroke-linejoin'],
};

let box: HTMLElement;
beforeEach(() => {
  box = document.createElement('div');
  document.body.append(box);
});
afterEach(() => {
  box.remove();
});

function draw(text: string, isOpen: boolean, imageOrigins: string[] = []): HTMLElement {
  const prose = createProse({ words: createWords({}), imageOrigins: () => imageOrigins, origin: ORIGIN });
  prose.update(text, isOpen);
  box.replaceChildren(...prose.element.childNodes);
  return box;
}

function expectOnlyTable(drawn: HTMLElement): void {
  for (const element of drawn.querySelectorAll('*')) {
    const allowed = ALLOWED[element.tagName];
    if (!allowed) throw new Error(`element ${element.tagName}`);
    for (const name of element.getAttributeNames()) if (!allowed.includes(name)) throw new Error(`${element.tagName} ${name}`);
    if (element instanceof HTMLAnchorElement) {
      expect(element.href).toMatch(/^(https?:\/\/[^@/]+(\/|$)|mailto:[^@]+@[^@]+$|tel:)/);
      expect(element.rel).toBe('noopener noreferrer nofollow ugc');
    }
  }
}

test('a hostile text, whole and at every prefix, draws elements and attributes of the table only', () => {
  performance.clearResourceTimings();
  expect(HOSTILE.length).toBeGreaterThanOrEqual(60);
  for (const text of HOSTILE) {
    for (let end = 1; end <= text.length; end += 1) expectOnlyTable(draw(text.slice(0, end), true));
    expectOnlyTable(draw(text, false));
  }
  expect(Object.hasOwn(window, 'pwned')).toBe(false);
  expect(performance.getEntriesByType('resource').filter((entry) => entry.name.includes('.example'))).toEqual([]);
});

test('no hostile address passes the gate', () => {
  const passing = HOSTILE.flatMap((text) => listAddresses(createMarkdownDocument(ORIGIN).update(text, false)));
  expect(passing.length).toBeGreaterThan(5);
  for (const href of passing) expect(href).toMatch(/^https:\/\/(evil|bank|a)\.example\/[^@\\]*$/);
});

const PIECES = [
  '[',
  ']',
  '(',
  ')',
  '!',
  '`',
  '``',
  '|',
  '-',
  '\n',
  '\n\n',
  ' ',
  '*',
  '**',
  '_',
  '~~',
  '<',
  '>',
  '# ',
  '> ',
  '- ',
  '1. ',
  '```',
  '\\',
  'a',
  '.',
  '"',
  '|-|-|',
  'a | b',
  '---',
  '[x](https://b.example)',
  '[x](/y)',
  'https://a.example',
  'https://a.example/c',
  '.evil.example',
  '![i](https://i.example/j)',
  '<https://c.example>',
  '](',
  '](https://d.example',
  '  ',
];
const TEXT = fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((pieces) => pieces.join(''));

test('an address at any prefix is an address of the finished text', () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      const final = new Set(listAddresses(createMarkdownDocument(ORIGIN).update(text, false)));
      for (let end = 1; end < text.length; end += 1) {
        const shown = listAddresses(createMarkdownDocument(ORIGIN).update(text.slice(0, end), true));
        for (const href of shown) if (!final.has(href)) throw new Error(`${JSON.stringify(text.slice(0, end))} shows ${href}`);
      }
    }),
    { numRuns: 2000 },
  );
});

test('growing text parses as it would at once', () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      const growing = createMarkdownDocument(ORIGIN);
      for (let end = 1; end <= text.length; end += 1) {
        expect(growing.update(text.slice(0, end), true)).toEqual(createMarkdownDocument(ORIGIN).update(text.slice(0, end), true));
      }
      expect(growing.update(text, false)).toEqual(createMarkdownDocument(ORIGIN).update(text, false));
    }),
    { numRuns: 500 },
  );
});

test.each(Object.entries(DEEP))('50 kB of %s take time in proportion', (_, shape) => {
  const measure = (length: number): number => {
    const text = shape(length);
    const start = performance.now();
    const document = createMarkdownDocument(ORIGIN);
    document.update(text, true);
    document.update(text, false);
    return performance.now() - start;
  };
  // Two parses, the best of three: a busy machine must not fail it, a square of 50,000 must.
  expect(Math.min(measure(50_000), measure(50_000), measure(50_000))).toBeLessThan(400);
});

test('deep nesting draws without running out of stack', () => {
  for (const shape of Object.values(DEEP)) draw(shape(4000), false);
  expect(box.childElementCount).toBeGreaterThan(0);
});

test('an answer of 8,000 characters in 2,000 pieces is not parsed from its start each time', () => {
  const text = 'A sentence with **bold** words and [a link](/here).\n\n'.repeat(160).slice(0, 8000);
  const document = createMarkdownDocument(ORIGIN);
  for (let end = 4; end <= text.length; end += 4) document.update(text.slice(0, end), true);
  expect(document.steps).toBeLessThan(text.length * 40);
});

test('a path of the site stays in the tab, another site opens its own', () => {
  const [own, other] = draw('[a](/shipping) [b](https://x.example)', false).querySelectorAll('a');
  expect([own?.href, own?.target]).toEqual([`${ORIGIN}/shipping`, '']);
  expect([other?.target, other?.referrerPolicy]).toEqual(['_blank', 'no-referrer']);
});

test('the real host stands beside a text that names another', () => {
  const evil = parseAddress('https://evil.example/a', ORIGIN);
  if (!evil) throw new Error('refused');
  for (const text of [
    'bank.example',
    'https://bank.example/a',
    'bank\u2024example',
    'evil.example@bank.example',
    'a\u202eb',
    'go to WWW.bank.example now',
  ]) {
    expect(isDisguised(text, evil), text).toBe(true);
  }
  for (const text of ['our page', 'evil.example', 'https://www.evil.example/b', 'See evil.example.', 'e.g. this']) {
    expect(isDisguised(text, evil), text).toBe(text === 'e.g. this');
  }
  expect(draw('[bank.example](https://evil.example/)', false).textContent).toBe('bank.example (evil.example)');
});

test('an image is a button until it is asked for, or of an allowed origin and then without query', () => {
  expect(draw('![A cat](https://i.example/cat.png?q=1)', false).querySelector('img')).toBeNull();
  const allowed = draw('![A cat](https://i.example/cat.png?q=1)', false, ['https://i.example']).querySelector('img');
  expect([allowed?.getAttribute('src'), allowed?.alt]).toEqual(['https://i.example/cat.png', 'A cat']);
});
