import { decideId, type IdProblemCode, type Level } from '@familiar/protocol';
import type { Bag, Config, IdentityTokenSource } from '../config/config.ts';
import { copy } from '../config/own.ts';

/**
 * Who the page says is sitting here. One level, replaced whole, never merged; the server has the last word.
 * `refused`: the page gave an id that cannot be one. It is never taken for "no id" (contract R6).
 */
export type Identity =
  | { readonly level: 'anonymous'; readonly userId: null; readonly attributes: Bag | null }
  | { readonly level: 'soft' | 'ephemeral'; readonly userId: string; readonly attributes: Bag | null }
  | {
      readonly level: 'verified';
      readonly userId: string | null;
      readonly identityToken: string | null;
      readonly getIdentityToken: IdentityTokenSource | null;
      readonly attributes: Bag | null;
    }
  | { readonly level: 'refused'; readonly userId: null; readonly code: IdProblemCode; readonly attributes: null };

/** What the settings or the argument of `identify` say. */
export type IdentityInput = Pick<Config, 'userId' | 'identityToken' | 'getIdentityToken' | 'attributes'>;

/** What `identitychange` tells the page: never a token. */
export interface IdentityName {
  readonly level: Level | 'refused';
  readonly id: string | null;
}
export type IdentityReason = 'identify' | 'logout' | 'renewal';
export interface IdentityChange {
  readonly previous: IdentityName;
  readonly current: IdentityName;
  readonly reason: IdentityReason;
}

export const NOBODY = { level: 'anonymous', userId: null, attributes: null } as const satisfies Identity;

/** Reads settings or the argument of `identify` as an identity. Pure. */
export function resolveIdentity({ userId, identityToken, getIdentityToken, attributes }: IdentityInput): Identity {
  if (identityToken !== null || getIdentityToken !== null)
    return { level: 'verified', userId, identityToken, getIdentityToken, attributes };
  if (userId === null) return { ...NOBODY, attributes };
  const verdict = decideId(userId);
  if (verdict === 'id' || verdict === 'ephemeral') return { level: verdict === 'id' ? 'soft' : verdict, userId, attributes };
  return { level: 'refused', userId: null, code: verdict, attributes: null };
}

/** The id that the page names, or that its token names, unverified; null where it is not known yet. */
export function idOf(identity: Identity): string | null {
  if (identity.userId !== null || identity.level !== 'verified') return identity.userId;
  const { sub } = readClaims(identity.identityToken);
  return typeof sub === 'string' ? sub : null;
}

/** `sub` and `exp` of a JWT, unverified: only to decide whether to ask for another, and who the page means. */
export function readClaims(token: string | null): { readonly sub?: unknown; readonly exp?: unknown } {
  try {
    return copy(JSON.parse(atob((token?.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))));
  } catch {
    // Not a JWT: the server will say so.
    return {};
  }
}

export function nameOf(identity: Identity): IdentityName {
  return { level: identity.level, id: idOf(identity) };
}

/** True where a second `identify` names the same person, so that a route change of an app does not restart the chat. */
export function isSamePerson(one: Identity, other: Identity): boolean {
  if (one.level !== other.level || one.level === 'ephemeral' || one.level === 'refused') return false;
  const id = idOf(one);
  if (id !== null || one.level !== 'verified') return id === idOf(other);
  return other.level === 'verified' && other.getIdentityToken !== null && one.getIdentityToken === other.getIdentityToken;
}
