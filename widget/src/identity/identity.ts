import { decideId, type IdProblemCode, type Level } from '@familiar/protocol';
import type { Bag, Config, IdentityTokenSource } from '../config/config.ts';
import { copy, or, type Read } from '../config/own.ts';

interface Given {
  readonly userId: string | null;
  readonly identityToken: string | null;
  readonly getIdentityToken: IdentityTokenSource | null;
  readonly attributes: Bag | null;
}

/**
 * Who the page says is sitting here. One level, replaced whole, never merged; the server has the last word.
 * `refused`: the page gave an id that cannot be one. It is never taken for "no id" (contract R6).
 */
export type Identity = Given &
  ({ readonly level: Level; readonly code?: undefined } | { readonly level: 'refused'; readonly code: IdProblemCode });

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

export const NOBODY: Identity = { level: 'anonymous', userId: null, identityToken: null, getIdentityToken: null, attributes: null };

/** Reads settings or the argument of `identify` as an identity. Pure. */
export function resolveIdentity(input: IdentityInput): Identity {
  const { userId, identityToken, getIdentityToken } = input;
  if ((identityToken ?? getIdentityToken) !== null) return { ...input, level: 'verified' };
  if (userId === null) return { ...input, level: 'anonymous' };
  const verdict = decideId(userId);
  if (verdict === 'id' || verdict === 'ephemeral') return { ...input, level: verdict === 'id' ? 'soft' : verdict };
  return { ...NOBODY, level: 'refused', code: verdict };
}

/** The id that the page names, or that its token names, unverified; null where it is not known yet. */
export function idOf({ userId, identityToken }: Identity): string | null {
  const { sub } = readClaims(identityToken);
  return userId ?? (typeof sub === 'string' ? sub : null);
}

/** `sub` and `exp` of a JWT, unverified: only to decide whether to ask for another, and who the page means. */
export const readClaims: Read<{ readonly sub?: unknown; readonly exp?: unknown }> = or(
  (token) => copy(JSON.parse(atob(String(token).replaceAll('-', '+').replaceAll('_', '/').split('.')[1] ?? ''))),
  // Not a JWT: the server will say so.
  copy(),
);

export function nameOf(identity: Identity): IdentityName {
  return { level: identity.level, id: idOf(identity) };
}

/** True where a second `identify` names the same person, so that a route change of an app does not restart the chat. */
export function isSamePerson(one: Identity, other: Identity): boolean {
  if (one.level !== other.level || /ephemeral|refused/.test(one.level)) return false;
  const id = idOf(one);
  if (id !== null || one.level === 'anonymous') return id === idOf(other);
  return one.getIdentityToken !== null && one.getIdentityToken === other.getIdentityToken;
}
