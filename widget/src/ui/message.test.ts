import { afterEach, expect, test } from 'vitest';
import { scope } from '../reactive/signal.ts';
import { renderPanel } from './panel.ts';
import { createFakeModel, fakeAnswer, fakeUser } from './test/fake-model.ts';

const host = document.createElement('div');
afterEach(() => host.remove());

test('of several messages in a row the first shows whose they are; of others’ each does', () => {
  const fake = createFakeModel('inline');
  document.body.append(host);
  const root = host.attachShadow({ mode: 'open' });
  const [, end] = scope(() => renderPanel({ model: fake.model, root }));
  const other = { ...fakeUser('from somebody else'), isMine: false, author: { level: 'soft', id: 'ann', name: 'Ann' } as const };
  fake.messages.value = [fakeUser('one'), fakeUser('two'), fakeAnswer('three'), fakeAnswer('four'), other, { ...other, id: 'next' }];
  const names = [...root.querySelectorAll<HTMLElement>('.by')];
  expect(names.map((by) => getComputedStyle(by).clipPath === 'none')).toEqual([true, false, true, false, true, true]);
  // Ears are told every time.
  expect(names.map((by) => by.querySelector('b')?.innerText)).toEqual(['You', 'You', 'Fern', 'Fern', 'Ann', 'Ann']);
  end();
});
