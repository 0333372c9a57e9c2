import { LIMITS } from '@familiar/protocol';

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
  const [header, payload] = parts.map(readJson);
  if (!header) return malformed('the header is not a JSON object in UTF-8');
  return payload ? { kind: 'token', header, payload } : malformed('the payload is not a JSON object in UTF-8');
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
  return `its ${name} is not base64url without padding${/[+/=]/.test(part) ? ': plain base64 was used (+, / or =)' : ''}`;
}

function readJson(part: string): Json | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url')));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    // The caller says which part; the parser's own message would quote it.
    return null;
  }
}
