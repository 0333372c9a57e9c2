import { parseId } from '@familiar/protocol';
import type { JsonMembers } from './compact-jwt.ts';
import { IdentityError } from './identity-error.ts';
import type { StepUp } from './principal.ts';

/** What a verified identity token says (contract §3). Times are seconds since 1970. */
export interface IdentityClaims {
  readonly sub: string;
  readonly iss: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  /** The key that signed it. */
  readonly kid: string;
  /** A shared instance, or the isolated one that `instance: "ephemeral"` asks for. */
  readonly instance: { readonly kind: 'shared'; readonly name: string } | { readonly kind: 'ephemeral' } | null;
  readonly name?: string;
  readonly email?: string;
  readonly picture?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly stepUp?: StepUp;
}

// C0, DEL, C1 and lone surrogates: none belongs in a name, and some stores cannot keep them.
const UNPRINTABLE = /[\p{Cc}\p{Surrogate}]/u;

/** `sub`: the user id; R3 to R5, where every refusal is `token_bad_subject`. */
export function readSubject(payload: JsonMembers): string {
  if (!payload.has('sub')) throw missing('sub', 'the id of the signed-in user, as a string');
  const parsed = parseId(payload.get('sub'));
  if (parsed.kind === 'id') return parsed.id;
  if (parsed.kind === 'refused') throw new IdentityError('token_bad_subject', `sub: ${parsed.detail}`);
  throw new IdentityError(
    'token_bad_subject',
    'sub: "ephemeral" is reserved. Sign the real id and add the claim instance: "ephemeral" for a conversation that is not kept.',
  );
}

/** `jti`: random, 1–128 printable characters. */
export function readTokenId(payload: JsonMembers): string {
  const jti = payload.get('jti');
  if (jti === undefined || jti === '') throw missing('jti', 'a random id such as a UUID, new for each token');
  if (typeof jti !== 'string' || jti.length > 128 || UNPRINTABLE.test(jti)) throw wrong('jti', 'a string of at most 128 characters');
  return jti;
}

/** A required time in whole seconds since 1970. */
export function readTime(payload: JsonMembers, claim: 'iat' | 'exp'): number {
  if (!payload.has(claim)) throw missing(claim, 'whole seconds since 1970');
  return asSeconds(payload.get(claim), claim);
}

/** An optional time in whole seconds since 1970. */
export function readOptionalTime(payload: JsonMembers, claim: string): number | undefined {
  return payload.has(claim) ? asSeconds(payload.get(claim), claim) : undefined;
}

/** An optional string claim of at most `max` characters, none of them a control character. */
export function readText(payload: JsonMembers, claim: string, max: number): string | undefined {
  if (!payload.has(claim)) return undefined;
  const value = payload.get(claim);
  if (typeof value !== 'string' || value.length > max || UNPRINTABLE.test(value)) {
    throw wrong(claim, `a string of at most ${max} characters without control characters`);
  }
  return value;
}

export function readInstanceClaim(payload: JsonMembers): IdentityClaims['instance'] {
  if (!payload.has('instance')) return null;
  const parsed = parseId(payload.get('instance'));
  if (parsed.kind === 'ephemeral') return { kind: 'ephemeral' };
  if (parsed.kind === 'refused') throw new IdentityError('token_malformed', `instance: ${parsed.detail}`);
  return { kind: 'shared', name: parsed.id };
}

export function readAttributes(payload: JsonMembers): Readonly<Record<string, unknown>> | undefined {
  if (!payload.has('attributes')) return undefined;
  const value = payload.get('attributes');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('attributes', 'a JSON object');
  return value as Record<string, unknown>;
}

export function readStepUp(payload: JsonMembers): StepUp | undefined {
  const authTime = readOptionalTime(payload, 'auth_time');
  const acr = readText(payload, 'acr', 255);
  const amr = payload.get('amr');
  if (payload.has('amr') && !(Array.isArray(amr) && amr.length <= 16 && amr.every((method) => typeof method === 'string'))) {
    throw wrong('amr', 'a list of at most 16 strings');
  }
  if (authTime === undefined && acr === undefined && amr === undefined) return undefined;
  return withoutUndefined({ authTime, acr, amr: amr as string[] | undefined });
}

/** The same object without its undefined members. */
export function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;
}

function asSeconds(value: unknown, claim: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw wrong(claim, 'whole seconds since 1970, as a JSON number');
  }
  return value;
}

function missing(claim: string, what: string): IdentityError {
  return new IdentityError('token_missing_claim', `The claim ${claim} is missing. It is ${what}.`);
}

function wrong(claim: string, what: string): IdentityError {
  return new IdentityError('token_malformed', `The claim ${claim} is not ${what}.`);
}
