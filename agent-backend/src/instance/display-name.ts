const LONGEST = 80;
// Everything that is not seen or that turns the direction of what is: controls, format characters (bidi marks, zero-width
// joiners, tags), line separators, and the blanks that Unicode counts as letters.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u2800\u3164\uFFA0]|\u034F|\u115F|\u1160|\u17B4|\u17B5/gu;
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * A name as it may be shown beside a message: at most 80 graphemes, none of them invisible, on one line; `undefined` if
 * nothing is left. Display only: nothing is ever looked up by it.
 */
export function displayName(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const visible = name.replaceAll(INVISIBLE, '').replaceAll(/\s+/g, ' ').trim();
  let shown = '';
  let count = 0;
  for (const { segment } of GRAPHEMES.segment(visible)) {
    if (++count > LONGEST) break;
    shown += segment;
  }
  return shown.trim() === '' ? undefined : shown.trim();
}
