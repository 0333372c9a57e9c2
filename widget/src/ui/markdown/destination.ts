/** `pending`: the text ended before the construct could close, so more text may still close it. */
export type Destination = { readonly kind: 'closed'; readonly raw: string; readonly end: number } | { readonly kind: 'none' | 'pending' };

const MAX_PARENS = 8;
const MAX_SPAN = 2600;

/**
 * Reads `(address "title")` from the opening parenthesis at `from`. The title is checked and dropped.
 * Looks at no more than 2,600 characters. Source: CommonMark §6.3.
 */
export function readDestination(source: string, from: number): Destination {
  const limit = Math.min(source.length, from + MAX_SPAN);
  const atLimit = limit === source.length ? PENDING : NONE;
  let at = skipSpace(source, from + 1, limit);
  const start = at;
  const isAngled = source[at] === '<';
  at = isAngled ? skipAngled(source, at + 1, limit) : skipBare(source, at, limit);
  if (at < 0) return NONE;
  if (at >= limit) return atLimit;
  const raw = isAngled ? source.slice(start + 1, at - 1) : source.slice(start, at);
  at = skipSpace(source, at, limit);
  const quote = source[at];
  if (quote === '"' || quote === "'") {
    const closing = source.slice(0, limit).indexOf(quote, at + 1);
    if (closing < 0) return atLimit;
    at = skipSpace(source, closing + 1, limit);
  }
  if (at >= limit) return atLimit;
  return source[at] === ')' ? { kind: 'closed', raw, end: at + 1 } : NONE;
}

const NONE: Destination = { kind: 'none' };
const PENDING: Destination = { kind: 'pending' };

function skipSpace(source: string, from: number, limit: number): number {
  let at = from;
  while (at < limit && (source[at] === ' ' || source[at] === '\n' || source[at] === '\t')) at += 1;
  return at;
}

/** Place after the closing `>`, `limit` if the text ended, -1 if it cannot close. */
function skipAngled(source: string, from: number, limit: number): number {
  for (let at = from; at < limit; at += 1) {
    if (source[at] === '>') return at + 1;
    if (source[at] === '<' || source[at] === '\n') return -1;
  }
  return limit;
}

/** Place of the closing parenthesis or of the first space, `limit` if the text ended, -1 if nested too deep. */
function skipBare(source: string, from: number, limit: number): number {
  let depth = 0;
  for (let at = from; at < limit; at += 1) {
    const character = source[at];
    if (character === ' ' || character === '\n' || character === '\t') return at;
    if (character === ')' && depth === 0) return at;
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth > MAX_PARENS) return -1;
  }
  return limit;
}
