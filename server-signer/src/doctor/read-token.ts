import { findJsonTrap, LIMITS } from '@familiar/protocol';

export type Json = Readonly<Record<string, unknown>>;

/** A token taken apart, or one sentence on why it cannot be. */
export type ReadToken =
  | { readonly kind: 'token'; readonly header: Json; readonly payload: Json }
  | { readonly kind: 'malformed'; readonly detail: string };

/** Reads the form of a token: three canonical base64url parts, the first two JSON objects. Checks no signature. */
export function readToken(token: string): ReadToken {
  const mishap = explainForm(token);
  if (mishap !== null) return malformed(mishap);
  const parts = token.split('.');
  const stray = parts.findIndex((part) => !/^[\w-]+$/.test(part) || Buffer.from(part, 'base64url').toString('base64url') !== part);
  if (parts.length !== 3 || stray !== -1) return malformed(explainParts(parts, stray));
  const [header = '', payload = ''] = parts.map(readJson);
  if (typeof header === 'string') return malformed(`the header ${header}`);
  return typeof payload === 'string' ? malformed(`the payload ${payload}`) : { kind: 'token', header, payload };
}

function malformed(detail: string): ReadToken {
  return { kind: 'malformed', detail };
}

function explainForm(token: string): string | null {
  if (token === '') return 'it is empty; an empty token still counts as a token: send none at all';
  if (/^bearer\s/i.test(token)) return 'it starts with "Bearer": give the token alone';
  if (/^["'{]/.test(token)) return 'it is quoted or wrapped in JSON: give the value of identity_token alone';
  if (/\s/.test(token)) return 'it holds a space or line break: it was wrapped or copied badly';
  if (token.length > LIMITS.identityTokenCharacters) {
    return `it has ${token.length} characters; ${LIMITS.identityTokenCharacters} are allowed: sign fewer attributes`;
  }
  return null;
}

function explainParts(parts: readonly string[], stray: number): string {
  if (parts.length === 5) return 'it has five parts: it is encrypted (JWE); sign it instead';
  if (parts.length !== 3) return `it has ${parts.length} parts; a signed token has three: it was cut off, or is no JWT`;
  const name = ['header', 'payload', 'signature'][stray] ?? 'header';
  const part = parts[stray] ?? '';
  if (part === '') return `its ${name} is empty${stray === 2 ? ': it is not signed' : ''}`;
  if (/^[\w-]+$/.test(part)) return `its ${name} was cut off or has a character too many: it is not what any encoder writes`;
  return `its ${name} is not base64url without padding${/[+/=]/.test(part) ? ': plain base64 was used (+, / or =)' : ''}`;
}

/** The object, or why it is none. */
function readJson(part: string): Json | string {
  let json: string;
  let value: unknown;
  try {
    json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(part, 'base64url'));
    value = JSON.parse(json);
  } catch {
    // The caller says which part; the parser's own message would quote it.
    return 'is not JSON in UTF-8';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not a JSON object';
  const trap = findJsonTrap(json);
  if (trap === null) return value as Json;
  return trap === 'doubled_key' ? 'names a key twice: two readers would see two tokens' : 'is nested too deeply';
}
