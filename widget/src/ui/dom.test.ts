import { describe, expect, it } from 'vitest';
import { scope, signal } from '../reactive/signal.ts';
import { draw, each, h } from './dom.ts';

describe('an element', () => {
  it('has its attributes, and follows those that are functions', () => {
    const isOpen = signal(false);
    const box = h('div', { class: 'box', hidden: () => !isOpen.value, title: null, 'data-n': 1 });
    expect(box.outerHTML).toBe('<div class="box" hidden="" data-n="1"></div>');
    isOpen.value = true;
    expect(box.outerHTML).toBe('<div class="box" data-n="1"></div>');
  });

  it('listens', () => {
    let clicks = 0;
    h('button', { onclick: () => (clicks += 1) }).click();
    expect(clicks).toBe(1);
  });

  it('shows markup and objects as text', () => {
    const lie = { type: 'img', props: { onerror: 'alert(1)' } } as unknown as string;
    expect(h('p', null, '<img src=x>', lie).innerHTML).toBe('&lt;img src=x&gt;[object Object]');
  });

  it('draws shapes in their own namespace', () => {
    expect(h('svg', null, h('path', { d: 'M0 0' })).firstElementChild).toBeInstanceOf(SVGPathElement);
  });

  it('takes nothing from a prototype that the page has changed', () => {
    // oxlint-disable-next-line no-extend-native -- a page that does so is what is tried here
    Object.defineProperty(Object.prototype, 'dangerouslySetInnerHTML', {
      value: { __html: '<b>x</b>' },
      configurable: true,
      enumerable: true,
    });
    const { outerHTML } = h('p', { class: 'a' }, 'text');
    Reflect.deleteProperty(Object.prototype, 'dangerouslySetInnerHTML');
    expect(outerHTML).toBe('<p class="a">text</p>');
  });
});

describe('a child that is a function', () => {
  it('is drawn again, and its neighbours stay the same nodes', () => {
    const word = signal<string | null>('one');
    const last = h('b', null, 'last');
    const box = h('div', null, 'first ', () => word.value, last);
    word.value = 'two';
    expect(box.textContent).toBe('first twolast');
    word.value = null;
    expect(box.textContent).toBe('first last');
    expect(box.lastChild).toBe(last);
  });

  it('ends the effects of what it drew before', () => {
    const [outer, inner] = [signal(0), signal(0)];
    let runs = 0;
    const box = h('div', null, () => h('p', { title: () => `${(runs += 1)} ${inner.value}` }, `${outer.value}`));
    outer.value = 1;
    inner.value = 1;
    expect(runs).toBe(3);
    expect(box.textContent).toBe('1');
  });
});

describe('each item of a list', () => {
  const items = signal<readonly string[]>(['a', 'c']);
  const count = signal(0);
  let draws = 0;

  it('is drawn once and keeps its node while others come and go', () => {
    const list = document.createElement('ul');
    const [, end] = scope(() =>
      draw(list, [
        each(
          () => items.value,
          (item) => h('li', { title: () => `${(draws += 1)} ${count.value}` }, item),
        ),
      ]),
    );
    const [a, c] = list.children;
    items.value = ['a', 'b', 'c'];
    expect(list.textContent).toBe('abc');
    expect([list.children[0], list.children[2]]).toEqual([a, c]);
    expect(draws).toBe(3);
    items.value = ['c', 'b'];
    count.value = 1;
    expect(list.textContent).toBe('cb');
    expect(draws).toBe(5);
    end();
    count.value = 2;
    expect(draws).toBe(5);
  });
});
