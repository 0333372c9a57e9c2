/** The header and the claims of a token, unverified. Null where it is none. */
export function readClaims(token: string): { readonly header: Claims; readonly claims: Claims } | null {
  const [header, claims] = token.split('.').map(readPart);
  return header && claims ? { header, claims } : null;
}

type Claims = Readonly<Record<string, unknown>>;

function readPart(part: string): Claims | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Claims) : null;
  } catch {
    // Not JSON: no token. The parser's message would quote it.
    return null;
  }
}
