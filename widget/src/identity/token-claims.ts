import { own } from '../config/own.ts';

/** `sub` and `exp` of a JWT, unverified: only to decide whether to ask for another, and who the page means. */
export function readClaims(token: string | null): { readonly sub?: unknown; readonly exp?: unknown } {
  try {
    const payload: unknown = JSON.parse(atob((token?.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')));
    return { sub: own(payload, 'sub'), exp: own(payload, 'exp') };
  } catch {
    // Not a JWT: the server will say so.
    return {};
  }
}
