import { decideId } from './decide-id.ts';

/** Why an id is refused and what to send instead, in one sentence that never repeats it; '' for one that is not refused. */
export function explainId(value: unknown): string {
  const verdict = decideId(value);
  switch (verdict) {
    case 'invalid_id':
      return typeof value === 'string' ? explainCharacters(value) : `An id is a string; this is ${nameType(value)}. Send String(id).`;
    case 'degenerate_id':
      return 'This id is a placeholder that many visitors would share. Send the real id of this user, or none at all.';
    case 'reserved_id':
      return `Ids that start with "${prefixOf(value)}" are reserved. Put a prefix of your own before it.`;
    case 'id':
    case 'ephemeral':
      return '';
    default:
      return verdict satisfies never;
  }
}

function prefixOf(value: unknown): string {
  return /^[a-z]+[:_]/i.exec(String(value))?.[0].toLowerCase() ?? '';
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
