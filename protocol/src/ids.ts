const PRINTABLE_ASCII = /^[\x21-\x7E]{1,255}$/;

const DEGENERATE = new Set([
  'undefined',
  'null',
  'nan',
  'none',
  '0',
  '-1',
  'true',
  'false',
  '[object object]',
  'anonymous',
  'guest',
  'default',
  'user',
  'id',
  'email',
  'test',
  'not_authenticated',
]);

const RESERVED_PREFIXES = ['anon:', 'anon_', 'soft:', 'verified:', 'shared:', 'sys:'];

export type IdProblemCode = 'invalid_id' | 'degenerate_id' | 'reserved_id';

/**
 * What an id turned out to be.
 * `ephemeral`: one of the two reserved spellings; the caller gives an isolated instance or refuses (R5).
 */
export type ParsedId =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'ephemeral' }
  | { readonly kind: 'refused'; readonly code: IdProblemCode; readonly detail: string };

/**
 * Checks a user, participant or shared-instance id: opaque, exact, 1–255 printable ASCII characters.
 * The id is returned as it came: never trimmed, folded or normalised. Never throws.
 * Source: contract §2, R3 to R5.
 */
export function parseId(value: unknown): ParsedId {
  if (typeof value !== 'string') return refuse('invalid_id', `An id is a string; this is ${nameType(value)}. Send String(id).`);
  if (!PRINTABLE_ASCII.test(value)) return refuse('invalid_id', explainCharacters(value));
  const folded = value.toLowerCase();
  if (DEGENERATE.has(folded)) {
    return refuse(
      'degenerate_id',
      'This id is a placeholder that many visitors would share. Send the real id of this user, or none at all.',
    );
  }
  if (folded === 'ephemeral' || folded.startsWith('ephemeral:')) return { kind: 'ephemeral' };
  const prefix = RESERVED_PREFIXES.find((reserved) => folded.startsWith(reserved));
  if (prefix !== undefined) {
    return refuse('reserved_id', `Ids that start with "${prefix}" are reserved. Put a prefix of your own before it.`);
  }
  return { kind: 'id', id: value };
}

function refuse(code: IdProblemCode, detail: string): ParsedId {
  return { kind: 'refused', code, detail };
}

function nameType(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}

function explainCharacters(value: string): string {
  if (value.length === 0) return 'An id has at least one character. Leave it out for an anonymous visitor.';
  const at = value.search(/[^\x21-\x7E]/);
  if (at === -1) return `An id has at most 255 characters; this has ${value.length}. Send a stable hash of it, such as SHA-256 in hex.`;
  const point = (value.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `Character ${at + 1} of the id is U+${point}; only printable ASCII without spaces is allowed. Send a stable hash of it, such as SHA-256 in hex.`;
}
