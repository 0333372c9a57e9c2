const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;
const MAX_DEPTH = 32;

/**
 * What `JSON.parse` lets pass: an object that names a key twice (the last would win, another reader may take the first),
 * at any depth, or nesting beyond 32. `json` must already have been parsed without error.
 */
export function findJsonTrap(json: string): 'doubled_key' | 'too_deep' | null {
  const open: Set<string>[] = [];
  let text = '';
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    // In valid JSON, a string before a colon is a key. Decoded, since "\u0061" and "a" are the same one.
    else if (token === ':' && !addKey(open.at(-1), text)) return 'doubled_key';
    if (open.length > MAX_DEPTH) return 'too_deep';
    text = token;
  }
  return null;
}

function addKey(keys: Set<string> | undefined, text: string): boolean {
  const key = JSON.parse(text) as string;
  if (keys === undefined || keys.has(key)) return false;
  keys.add(key);
  return true;
}
