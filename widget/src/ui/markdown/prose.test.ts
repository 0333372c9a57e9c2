import { expect, test, vi } from 'vitest';
import { effect, signal } from '../../reactive/signal.ts';
import { createWords } from '../texts.ts';
import { createProse } from './prose.ts';

function drawProse(text: string, isOpen = false) {
  const texts = signal<Readonly<Record<string, string>>>({});
  const imageOrigins = signal<readonly string[]>([]);
  const prose = createProse({
    words: createWords(() => texts.value),
    imageOrigins: () => imageOrigins.value,
    origin: 'https://site.example',
  });
  effect(() => void prose.update(text, isOpen));
  const find = (selector: string) => prose.element.querySelector<HTMLElement>(selector);
  return { prose, texts, imageOrigins, find };
}

test('blocks and parts of the last one that do not change keep their nodes while the text grows', () => {
  const { prose, find } = drawProse('One\n\n- [two](/two)\n- thr', true);
  const [first, list, link] = [find('p'), find('ul'), find('a')];
  prose.update('One\n\n- [two](/two)\n- three\n- four', true);
  expect([find('p'), find('ul'), find('a')]).toEqual([first, list, link]);
  expect(list?.textContent).toBe('twothreefour');
  prose.update('Another', true);
  expect(prose.element.innerHTML).toBe('<p dir="auto">Another</p>');
});

test('other words and other allowed origins draw all anew', () => {
  const { texts, imageOrigins, find } = drawProse('```\na\n```\n\n![b](https://i.example/b.png?c)');
  texts.value = { code: 'Quelltext' };
  expect(find('pre')?.ariaLabel).toBe('Quelltext');
  imageOrigins.value = ['https://i.example'];
  expect(find('img')?.getAttribute('src')).toBe('https://i.example/b.png');
});

test('an image that was asked for stays while the text around it grows', () => {
  const { prose, find } = drawProse('![b](data:x) ![b](http://127.0.0.1:9/b.png)', true);
  find('button')?.click();
  const image = find('img');
  expect(image?.getAttribute('src')).toBe('http://127.0.0.1:9/b.png');
  prose.update('![b](data:x) ![b](http://127.0.0.1:9/b.png) and more', true);
  expect(find('img')).toBe(image);
  expect(find('button')).toBeNull();
});

test('the button of a block of code copies what has grown since', async () => {
  const { prose, find } = drawProse('```\none', true);
  document.body.append(prose.element);
  const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
  const copy = find('button');
  prose.update('```\none\ntwo', true);
  copy?.click();
  await vi.waitFor(() => expect(copy?.title).toBe('Copied'));
  expect(written.mock.calls).toEqual([['one\ntwo']]);
  prose.element.remove();
  written.mockRestore();
});
