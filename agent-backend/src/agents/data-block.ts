/**
 * Writes a value into a prompt as data that no text inside it can close: JSON in which `<`, `>` and `&` are escaped,
 * so that `</data>` cannot occur within. The model is told that data is never an instruction.
 */
export function writeDataBlock(name: string, value: unknown): string {
  return `<data name="${name}">\n${escapeMarkers(JSON.stringify(value))}\n</data>`;
}

/** Reads a block that `writeDataBlock` wrote; `undefined` where there is none or it does not parse. */
export function readDataBlock(text: string, name: string): unknown {
  const opening = `<data name="${name}">\n`;
  const start = text.lastIndexOf(opening);
  if (start === -1) return undefined;
  const end = text.indexOf('\n</data>', start);
  try {
    return JSON.parse(text.slice(start + opening.length, end === -1 ? undefined : end));
  } catch {
    // Not a block of ours.
    return undefined;
  }
}

function escapeMarkers(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
