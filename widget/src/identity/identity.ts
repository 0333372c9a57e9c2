import { type IdProblemCode, type Level, parseId } from '@familiar/protocol';
import type { Bag, IdentityTokenSource } from '../config/config.ts';

/**
 * Who the page says is sitting here. One level, replaced whole, never merged; the server has the last word.
 * `refused`: the page gave an id that cannot be one. It is never taken for "no id" (contract R6).
 */
export type Identity =
  | { readonly level: 'anonymous'; readonly attributes: Bag | null }
  | { readonly level: 'soft'; readonly userId: string; readonly attributes: Bag | null }
  | {
      readonly level: 'verified';
      readonly userId: string | null;
      readonly identityToken: string | null;
      readonly getIdentityToken: IdentityTokenSource | null;
      readonly attributes: Bag | null;
    }
  | { readonly level: 'ephemeral'; readonly userId: string; readonly attributes: Bag | null }
  | { readonly level: 'refused'; readonly code: IdProblemCode; readonly detail: string; readonly attributes: null };

export interface IdentityInput {
  readonly userId: string | null;
  readonly identityToken: string | null;
  readonly getIdentityToken: IdentityTokenSource | null;
  readonly attributes: Bag | null;
}

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

/** Reads settings or the argument of `identify` as an identity. Pure. */
export function resolveIdentity(input: IdentityInput): Identity {
  const { userId, identityToken, getIdentityToken, attributes } = input;
  if (identityToken !== null || getIdentityToken !== null)
    return { level: 'verified', userId, identityToken, getIdentityToken, attributes };
  if (userId === null) return { level: 'anonymous', attributes };
  const parsed = parseId(userId.startsWith('\u0000') ? undefined : userId);
  switch (parsed.kind) {
    case 'id':
      return { level: 'soft', userId, attributes };
    case 'ephemeral':
      return { level: 'ephemeral', userId, attributes };
    case 'refused':
      return { level: 'refused', code: parsed.code, detail: parsed.detail, attributes: null };
    default:
      return parsed satisfies never;
  }
}

export function nameOf(identity: Identity): IdentityName {
  return { level: identity.level, id: 'userId' in identity ? identity.userId : null };
}

/** True where a second `identify` names the same person, so that a route change of an app does not restart the chat. */
export function isSamePerson(one: Identity, other: Identity): boolean {
  if (one.level !== other.level) return false;
  switch (one.level) {
    case 'anonymous':
      return true;
    case 'soft':
      return other.level === 'soft' && one.userId === other.userId;
    case 'verified':
      return other.level === 'verified' && one.userId !== null && one.userId === other.userId;
    case 'ephemeral':
    case 'refused':
      return false;
    default:
      return one satisfies never;
  }
}
