import { decideId, type IdProblemCode } from './decide-id.ts';
import { explainId } from './explain-id.ts';

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
  const verdict = decideId(value);
  if (verdict === 'id') return { kind: 'id', id: String(value) };
  return verdict === 'ephemeral' ? { kind: 'ephemeral' } : { kind: 'refused', code: verdict, detail: explainId(value) };
}
