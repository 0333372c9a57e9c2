export type IdProblemCode = 'invalid_id' | 'degenerate_id' | 'reserved_id';

// `[object Object]` holds a space: refused for its characters already.
const DEGENERATE = /^(undefined|null|nan|none|0|-1|true|false|anonymous|guest|default|user|id|email|test|not_authenticated)$/i;

/**
 * What an id is, without words: `id`, `ephemeral` (one of the two reserved spellings), or the code it is refused with.
 * The decision of `parseId`, alone small enough for the widget. Never throws. Source: contract §2, R3 to R5.
 */
export function decideId(value: unknown): 'id' | 'ephemeral' | IdProblemCode {
  if (typeof value !== 'string' || !/^[\x21-\x7E]{1,255}$/.test(value)) return 'invalid_id';
  if (DEGENERATE.test(value)) return 'degenerate_id';
  if (/^ephemeral(:|$)/i.test(value)) return 'ephemeral';
  return /^(anon[:_]|(soft|verified|shared|sys):)/i.test(value) ? 'reserved_id' : 'id';
}
