import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLauncher, type Launcher } from './launcher.ts';

let host: HTMLElement;
let root: ShadowRoot;
let launcher: Launcher;
let toggles: number;

beforeEach(() => {
  toggles = 0;
  host = document.createElement('div');
  document.body.append(host);
  root = host.attachShadow({ mode: 'open' });
  launcher = createLauncher({ root, label: 'Open chat', onToggle: () => (toggles += 1) });
});
afterEach(() => host.remove());

const attribute = (name: string): string | null => root.querySelector('button')?.getAttribute(name) ?? null;

test('the button has a name, tells whether the chat is open, and toggles it', () => {
  root.querySelector('button')?.click();
  expect([toggles, attribute('aria-label'), attribute('aria-expanded')]).toEqual([1, 'Open chat', 'false']);
  launcher.setOpen(true);
  expect(attribute('aria-expanded')).toBe('true');
});

test('unread messages are counted in the badge and in the name, up to nine', () => {
  launcher.setUnread(3);
  expect([attribute('data-unread'), attribute('aria-label')]).toEqual(['3', 'Open chat (3)']);
  launcher.setUnread(12);
  expect(attribute('data-unread')).toBe('9+');
  launcher.setUnread(0);
  expect([attribute('data-unread'), attribute('aria-label')]).toEqual([null, 'Open chat']);
});

test('the button floats in the corner, large enough for a thumb, and leaves nothing when disposed', () => {
  const box = root.querySelector('button')?.getBoundingClientRect();
  expect([box?.width, box?.height, innerHeight - (box?.bottom ?? 0)]).toEqual([56, 56, 20]);
  launcher.dispose();
  expect([root.childElementCount, root.adoptedStyleSheets.length]).toEqual([0, 0]);
});
