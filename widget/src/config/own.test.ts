import { afterEach, expect, it } from 'vitest';
import { list, members, or, oneOf, own, positive, text } from './own.ts';

const readPerson = members<{ id: string; level: 'a' | 'b'; name: string | null; age: number; tags: string[] }>({
  id: text,
  level: oneOf('a', 'b'),
  name: or(text, null),
  age: or(positive, 1),
  tags: list(text),
});

afterEach(() => {
  for (const key of ['id', 'level', 'name', 'tags']) Reflect.deleteProperty(Object.prototype, key);
});

it('takes what fits, with the fallbacks of the rest, and leaves out what was not asked for', () => {
  const read = readPerson({ id: 'x', level: 'b', name: 7, age: -2, tags: ['one', 2, 'three'], more: true });
  expect(read).toEqual({ id: 'x', level: 'b', name: null, age: 1, tags: ['one', 'three'] });
});

it('refuses whatever lacks a needed member', () => {
  for (const bad of [null, undefined, 7, 'text', [], {}, { id: 'x' }, { id: 'x', level: 'c' }, { id: 1, level: 'a' }])
    expect(() => readPerson(bad)).toThrow(SyntaxError);
});

it('takes nothing from a prototype, and gives nothing that a prototype could fill', () => {
  Object.assign(Object.prototype, { id: 'mallory', level: 'a', name: 'Mallory', tags: ['evil'] });
  expect(() => readPerson({})).toThrow(SyntaxError);
  expect(own({}, 'id')).toBeUndefined();
  expect(own(JSON.parse('{"__proto__": {"id": "mallory"}}'), 'id')).toBeUndefined();
  expect(readPerson({ id: 'x', level: 'a' })).toMatchObject({ id: 'x', name: null, tags: [] });
});
