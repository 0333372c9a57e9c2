/**
 * Makes sure that a child to be drawn is text. The types say so already, but what comes over the wire or out of a
 * site's settings may lie, and an object would be drawn as a node of its sender's choosing (threat S34).
 */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}
