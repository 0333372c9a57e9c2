import { expect, test } from 'vitest';
import { findJsonTrap } from './json-trap.ts';

test.each<[string, ReturnType<typeof findJsonTrap>]>([
  ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', null],
  ['{"a":":","b":"\\"a\\":","c":"{\\"a\\":1}"}', null],
  ['{"":1,"__proto__":2}', null],
  ['{"a":1,"a":1}', 'doubled_key'],
  ['{"a":1,"\\u0061":2}', 'doubled_key'],
  ['{"b":[{"a":1,"a":2}]}', 'doubled_key'],
  ['{"a":{"b":1},"a":[]}', 'doubled_key'],
  [`${'['.repeat(32)}${']'.repeat(32)}`, null],
  [`${'['.repeat(33)}${']'.repeat(33)}`, 'too_deep'],
])('%s: %s', (json, trap) => {
  JSON.parse(json);
  expect(findJsonTrap(json)).toBe(trap);
});
