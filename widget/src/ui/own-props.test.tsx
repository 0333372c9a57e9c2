import { options, render } from 'preact';
import { afterEach, expect, it } from 'vitest';
import { keepPropsOwn } from './own-props.ts';

const before = { ...options };
const planted = Object.prototype as unknown as Record<string, unknown>;

afterEach(() => {
  delete planted['title'];
  delete planted['dangerouslySetInnerHTML'];
  delete options.vnode;
  Object.assign(options, before);
});

it('gives an element nothing that the page wrote into Object.prototype', () => {
  planted['title'] = 'from the page';
  planted['dangerouslySetInnerHTML'] = { __html: '<b>from the page</b>' };
  keepPropsOwn();
  const root = document.createElement('div');
  render(<p class="ours">words</p>, root);
  expect(root.querySelector('p')?.innerHTML).toBe('words');
  expect(root.innerHTML).not.toContain('from the page');
});

it('leaves Preact alone on a page that wrote nothing there', () => {
  keepPropsOwn();
  expect({ ...options }).toEqual(before);
});
