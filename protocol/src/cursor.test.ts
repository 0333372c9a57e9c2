import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import cases from '../fixtures/cursors.json' with { type: 'json' };
import { formatCursor, parseCursor } from './cursor.ts';

describe('a cursor', () => {
  test.each(cases.accepted)('$text is read and written alike', ({ text, stream, seq }) => {
    expect(parseCursor(text)).toEqual({ stream, seq });
    expect(formatCursor({ stream, seq })).toBe(text);
  });
  test.each(cases.refused.map((value) => [value]))('%j is none', (value) => expect(parseCursor(value)).toBeNull());

  test('every string that is read is the one that would be written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9_.-]{0,6}:?[0-9+-]{0,20}$/)), (text) => {
        const cursor = parseCursor(text);
        return cursor === null || (formatCursor(cursor) === text && Number.isSafeInteger(cursor.seq));
      }),
      { numRuns: 2000 },
    );
  });
});
