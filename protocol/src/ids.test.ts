import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import cases from '../fixtures/ids.json' with { type: 'json' };
import { parseId } from './ids.ts';

describe('an id', () => {
  test.each(cases.accepted)('%j comes back as it came', (id) => expect(parseId(id)).toEqual({ kind: 'id', id }));

  test.each(cases.ephemeral)('%j is ephemeral', (id) => expect(parseId(id)).toEqual({ kind: 'ephemeral' }));

  test.each(cases.refused)('$value is refused with $code', ({ value, code }) => {
    expect(parseId(value)).toMatchObject({ kind: 'refused', code });
  });

  test('undefined and other values that JSON lacks are refused', () => {
    for (const value of [undefined, Number.NaN, 1n, Symbol('alice'), () => 'alice', '\uD800', 'a\uDFFF']) {
      expect(parseId(value)).toMatchObject({ kind: 'refused', code: 'invalid_id' });
    }
  });

  test('the refusal of an odd character says which, where, and to send a hash', () => {
    expect(parseId('caf\u00e9')).toMatchObject({ detail: expect.stringMatching(/^Character 4 .* U\+00E9;.*stable hash/) });
    expect(parseId('a\u{1F600}')).toMatchObject({ detail: expect.stringContaining('U+1F600') });
    expect(parseId('x'.repeat(256))).toMatchObject({ detail: expect.stringMatching(/255 .* 256.*stable hash/) });
    expect(parseId(7)).toMatchObject({ detail: expect.stringContaining('this is number') });
  });

  test('any string at all is exact, ephemeral or refused, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (value) => {
        const parsed = parseId(value);
        return parsed.kind !== 'id' || (parsed.id === value && /^[\x21-\x7E]{1,255}$/.test(value));
      }),
      { numRuns: 2000 },
    );
  });

  test('what is refused in one letter case is refused in every one', () => {
    const letters = fc.constantFrom(
      ...cases.refused.flatMap(({ value }) => (typeof value === 'string' ? [value] : [])),
      ...cases.ephemeral,
    );
    fc.assert(
      fc.property(letters, fc.array(fc.boolean(), { minLength: 64, maxLength: 64 }), (value, flips) => {
        const flipped = Array.from(value, (char, i) => (flips[i % 64] ? swapAsciiCase(char) : char)).join('');
        return parseId(flipped).kind === parseId(value).kind;
      }),
    );
  });
});

function swapAsciiCase(char: string): string {
  if (char >= 'a' && char <= 'z') return char.toUpperCase();
  return char >= 'A' && char <= 'Z' ? char.toLowerCase() : char;
}
