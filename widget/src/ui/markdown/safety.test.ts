import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DEEP, HOSTILE } from '../test/hostile.ts';
import { createWords } from '../texts.ts';
import { isDisguised } from './address.ts';
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
  BUTTON: ['type', 'class', 'value', 'aria-label', 'title'],
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

function start(imageOrigins: string[] = []) {
  return createProse({ words: createWords(() => ({})), imageOrigins: () => imageOrigins, origin: ORIGIN });
}

function draw(text: string, isOpen: boolean, imageOrigins?: string[]): HTMLElement {
  const prose = start(imageOrigins);
  prose.update(text, isOpen);
  box.replaceChildren(prose.element);
  return prose.element;
}

/** Every address that a reader could follow, in order. */
function listAddresses(drawn: HTMLElement): string[] {
  return Array.from(drawn.querySelectorAll('a'), ({ href }) => href);
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
  const passing = HOSTILE.flatMap((text) => listAddresses(draw(text, false)));
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
      const final = new Set(listAddresses(draw(text, false)));
      for (let end = 1; end < text.length; end += 1) {
        const shown = listAddresses(draw(text.slice(0, end), true));
        for (const href of shown) if (!final.has(href)) throw new Error(`${JSON.stringify(text.slice(0, end))} shows ${href}`);
      }
    }),
    { numRuns: 2000 },
  );
});

test('growing text parses as it would at once', () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      const growing = start();
      for (let end = 1; end <= text.length; end += 1) {
        growing.update(text.slice(0, end), true);
        expect(growing.element.innerHTML).toBe(draw(text.slice(0, end), true).innerHTML);
      }
      growing.update(text, false);
      expect(growing.element.innerHTML).toBe(draw(text, false).innerHTML);
    }),
    { numRuns: 500 },
  );
});

test.each(Object.entries(DEEP))('50 kB of %s take time in proportion', (_, shape) => {
  const measure = (length: number): number => {
    const text = shape(length);
    const begin = performance.now();
    const prose = start();
    prose.update(text, true);
    prose.update(text, false);
    return performance.now() - begin;
  };
  // Read and drawn twice, the best of three: a busy machine must not fail it, a square must.
  expect(Math.min(measure(50_000), measure(50_000), measure(50_000))).toBeLessThan(400);
});

test('deep nesting draws without running out of stack', () => {
  for (const shape of Object.values(DEEP)) expect(draw(shape(4000), false).childElementCount).toBeGreaterThan(0);
});

test('an answer of 8,000 characters in 2,000 pieces is not drawn from its start each time', () => {
  const text = 'A sentence with **bold** words and [a link](/here).\n\n'.repeat(160).slice(0, 8000);
  const prose = start();
  const made = vi.spyOn(document, 'createElement');
  for (let end = 4; end <= text.length; end += 4) prose.update(text.slice(0, end), true);
  // Six elements in the two last paragraphs, at each of the 2,000 pieces.
  expect(made.mock.calls.length).toBeLessThan(2000 * 7);
  made.mockRestore();
});

test('a path of the site stays in the tab, another site opens its own', () => {
  const [own, other] = draw('[a](/shipping) [b](https://x.example)', false).querySelectorAll('a');
  expect([own?.href, own?.target]).toEqual([`${ORIGIN}/shipping`, '']);
  expect([other?.target, other?.referrerPolicy]).toEqual(['_blank', 'no-referrer']);
});

test('the real host stands beside a text that names another', () => {
  for (const text of [
    'bank.example',
    'https://bank.example/a',
    'bank\u2024example',
    'evil.example@bank.example',
    'a\u202eb',
    'go to WWW.bank.example now',
    '“https://bank.example”',
    '/bank.example/a',
  ]) {
    expect(isDisguised(text, 'evil.example'), text).toBe(true);
  }
  for (const text of ['our page', 'evil.example', 'https://www.evil.example/b', 'See evil.example.', 'e.g. this']) {
    expect(isDisguised(text, 'evil.example'), text).toBe(text === 'e.g. this');
  }
  expect(draw('[bank.example](https://evil.example/)', false).textContent).toBe('bank.example (evil.example)');
});

test('an image is a button until it is asked for, or of an allowed origin and then without query', () => {
  expect(draw('![A cat](https://i.example/cat.png?q=1)', false).querySelector('img')).toBeNull();
  const allowed = draw('![A cat](https://i.example/cat.png?q=1)', false, ['https://i.example']).querySelector('img');
  expect([allowed?.getAttribute('src'), allowed?.alt]).toEqual(['https://i.example/cat.png', 'A cat']);
});
