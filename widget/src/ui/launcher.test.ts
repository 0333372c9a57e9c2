import { afterEach, beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { scope } from '../reactive/signal.ts';
import { createLauncher } from './launcher.ts';
import { showState } from './launcher-state.ts';
import { renderPanel } from './panel.ts';
import { createFakeModel } from './test/fake-model.ts';

let fake: ReturnType<typeof createFakeModel>;
let host: HTMLElement;
let button: HTMLButtonElement;
let end: () => void;
let toggles: number;

beforeEach(() => {
  toggles = 0;
  fake = createFakeModel();
  host = document.createElement('div');
  document.body.append(host);
  const root = host.attachShadow({ mode: 'open' });
  button = createLauncher({ root, label: 'Open chat', onToggle: () => (toggles += 1) });
  [, end] = scope(() => showState(button, fake.model));
});
afterEach(() => {
  end();
  host.remove();
});

const attribute = (name: string): string | null => button.getAttribute(name);

test('the button has a name, tells whether the chat is open, and toggles it', () => {
  button.click();
  expect([toggles, attribute('aria-label'), attribute('aria-haspopup'), attribute('aria-expanded')]).toEqual([
    1,
    'Open chat',
    'dialog',
    'false',
  ]);
  fake.isOpen.value = true;
  expect(attribute('aria-expanded')).toBe('true');
});

test('its name follows the texts of the site', () => {
  fake.texts.value = { open: 'Frag uns' };
  expect(attribute('aria-label')).toBe('Frag uns');
});

test('unread messages are counted in the badge and in the name, up to nine', () => {
  fake.unread.value = 3;
  expect([attribute('data-unread'), attribute('aria-label')]).toEqual(['3', 'Open chat (3)']);
  fake.unread.value = 12;
  expect(attribute('data-unread')).toBe('9+');
  fake.unread.value = 0;
  expect([attribute('data-unread'), attribute('aria-label')]).toEqual([null, 'Open chat']);
});

test('the button floats in the corner, large enough for a thumb', () => {
  const box = button.getBoundingClientRect();
  expect([box.width, box.height, innerHeight - box.bottom]).toEqual([56, 56, 20]);
});

test('on a phone the open panel covers its launcher', async () => {
  const { innerWidth, innerHeight } = window;
  await page.viewport(390, 700);
  const root = button.getRootNode() as ShadowRoot;
  const [, endPanel] = scope(() => renderPanel({ model: fake.model, root }));
  fake.isOpen.value = true;
  // As where the panel was there first.
  const later = createLauncher({ root, label: 'Open chat', onToggle: () => undefined });
  const { left, top } = later.getBoundingClientRect();
  expect(root.elementFromPoint(left + 28, top + 28)?.closest('[part=panel]')).not.toBe(null);
  endPanel();
  await page.viewport(innerWidth, innerHeight);
});
