const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** The token of an `Authorization: Bearer …` header, `null` for anything else. Source: RFC 6750 §2.1. */
export function bearerToken(authorization: string | null): string | null {
  return (authorization === null ? null : BEARER.exec(authorization)?.[1]) ?? null;
}
