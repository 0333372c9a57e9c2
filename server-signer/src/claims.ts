import { LIMITS, parseId } from '@familiar/protocol';
import { SignerError } from './errors.ts';

/** What is signed about one user. `null` and `undefined` are left out, as a database's empty columns are. */
export interface IdentityClaims {
  /** The user's id in your system: 1–255 printable ASCII characters, compared byte for byte. */
  readonly sub: string;
  /** Name of a shared instance, or `"ephemeral"` for a session that leaves nothing behind. */
  readonly instance?: string | null;
  readonly name?: string | null;
  readonly email?: string | null;
  /** Address of a picture. */
  readonly picture?: string | null;
  /** Facts about the user that the agent may rely on; plain JSON. */
  readonly attributes?: Readonly<Record<string, unknown>> | null;
  /** When the user last proved who they are, in seconds since 1970 (OpenID Connect `auth_time`). */
  readonly authTime?: number | null;
  /** How: for example `["pwd", "otp"]` (RFC 8176). */
  readonly amr?: readonly string[] | null;
  /** How strongly (OpenID Connect `acr`). */
  readonly acr?: string | null;
}

/** The most characters of each, as the backend reads them. */
export const TEXTS = { instance: 255, name: 255, email: 320, picture: 2048, acr: 255 } as const;

// C0, DEL, C1 and lone surrogates.
export const UNPRINTABLE = /[\p{Cc}\p{Surrogate}]/u;

/** Turns claims into the token's own members. Throws `SignerError`; never repeats a value. */
export function toPayload(claims: IdentityClaims, nowSeconds: number): Record<string, unknown> {
  const payload: Record<string, unknown> = { sub: checkId('sub', claims.sub) };
  for (const [claim, max] of Object.entries(TEXTS)) {
    const value = claims[claim as keyof typeof TEXTS] ?? undefined;
    const isText = typeof value === 'string' && value.length <= max && !UNPRINTABLE.test(value);
    if (value !== undefined && !isText) throw bad(claim, `is a string of at most ${max} characters without control characters`);
    payload[claim] = value;
  }
  if (payload['instance'] !== undefined && payload['instance'] !== 'ephemeral') checkId('instance', payload['instance']);
  payload['attributes'] = checkAttributes(claims.attributes ?? undefined);
  payload['auth_time'] = checkAuthTime(claims.authTime ?? undefined, nowSeconds);
  payload['amr'] = checkAmr(claims.amr ?? undefined);
  return payload;
}

function checkId(claim: string, value: unknown): string {
  const parsed = parseId(value);
  if (parsed.kind === 'id') return parsed.id;
  if (parsed.kind === 'refused') throw new SignerError(parsed.code, `${claim}: ${parsed.detail}`);
  throw new SignerError('reserved_id', `${claim}: "ephemeral" names nobody. Sign the user's own sub with instance: "ephemeral".`);
}

function checkAttributes(value: unknown): unknown {
  if (value !== undefined && Object.prototype.toString.call(value) !== '[object Object]') throw bad('attributes', 'is an object');
  return value;
}

function checkAuthTime(value: unknown, nowSeconds: number): unknown {
  if (value === undefined) return value;
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw bad('authTime', 'is a whole number of seconds since 1970');
  if (Number(value) > nowSeconds + LIMITS.clockSkewSeconds) throw bad('authTime', 'lies in the future; it is in seconds, not milliseconds');
  return value;
}

function checkAmr(value: unknown): unknown {
  const isList = Array.isArray(value) && value.length <= 16 && value.every((item) => typeof item === 'string');
  if (value !== undefined && !isList) throw bad('amr', 'is a list of at most 16 strings');
  return value;
}

function bad(claim: string, rule: string): SignerError {
  return new SignerError('bad_claim', `${claim} ${rule}.`);
}
