import { type InstanceRef, type Participant, parseId } from '@familiar/protocol';
import type { Holder } from '../identity/anonymous-secret.ts';
import { type IdentityClaims, withoutUndefined } from '../identity/identity-claims.ts';
import { IdentityError } from '../identity/identity-error.ts';
import { displayName } from './display-name.ts';
import { instanceId } from './instance-id.ts';

/** The settings of an agent that decide what an id opens (R9, R11). */
export interface IdentitySettings {
  readonly name: string;
  readonly softIds: 'shared' | 'browser' | 'refuse';
  readonly softInstances: boolean;
}

/** What a mint was given, with the token already verified and the browser proven. `undefined` means absent; `null` does not. */
export interface IdentityInput {
  readonly agent: IdentitySettings;
  readonly claims: IdentityClaims | null;
  readonly userId: unknown;
  readonly instance: unknown;
  readonly holder: Holder;
  /** 128 random bits as text, used if this turns out to be ephemeral. */
  readonly freshPart: string;
}

export interface Resolved {
  readonly participant: Participant;
  readonly instance: InstanceRef;
}

/** Either of the two reserved spellings, or a name. */
type NamedInstance = IdentityClaims['instance'];

/**
 * One participant and one instance for what a browser showed (R1–R11). Pure: no clock, no chance, no store.
 * Throws `IdentityError` `invalid_id`, `degenerate_id`, `reserved_id`, `conflicting_ids`, `identity_mismatch` or `identity_required`.
 */
export function resolve(input: IdentityInput): Resolved {
  const participant = resolveParticipant(input);
  const named = resolveNamed(input);
  if (named === null) return { participant, instance: ownInstance(participant, input) };
  if (named.kind === 'ephemeral') return { participant, instance: ephemeralInstance(input) };
  if (participant.level === 'ephemeral') {
    throw new IdentityError('conflicting_ids', 'A shared instance is kept and an ephemeral visitor is not. Send one of the two.');
  }
  const id = instanceId({ agent: input.agent.name, kind: 'shared', parts: [named.name] });
  return { participant, instance: { id, kind: 'shared', name: named.name } };
}

function resolveParticipant({ claims, userId, agent, holder, freshPart }: IdentityInput): Participant {
  if (claims !== null) {
    if (userId !== undefined && userId !== claims.sub) {
      throw new IdentityError(
        'identity_mismatch',
        'user_id is not the sub of the identity token. Leave user_id out: the token says who it is.',
      );
    }
    return withoutUndefined({ level: 'verified', id: claims.sub, name: displayName(claims.name), picture: claims.picture });
  }
  if (userId === undefined) return { level: 'anonymous', id: holder.anonymousId };
  const parsed = parseId(userId);
  if (parsed.kind === 'refused') throw new IdentityError(parsed.code, `user_id: ${parsed.detail}`);
  if (parsed.kind === 'ephemeral') return { level: 'ephemeral', id: `eph_${freshPart}` };
  if (agent.softIds === 'refuse') {
    throw new IdentityError(
      'identity_required',
      'This agent takes no unsigned user_id. Send an identity token, or nothing for an anonymous visitor.',
    );
  }
  return { level: 'soft', id: parsed.id };
}

/** The instance that somebody entitled to it has named, or `null` for the participant's own (R11). */
function resolveNamed({ claims, instance, agent }: IdentityInput): NamedInstance {
  const signed = claims?.instance ?? null;
  if (instance === undefined) return signed;
  const parsed = parseId(instance);
  if (parsed.kind === 'refused') throw new IdentityError(parsed.code, `instance: ${parsed.detail}`);
  const asked: NamedInstance = parsed.kind === 'ephemeral' ? { kind: 'ephemeral' } : { kind: 'shared', name: parsed.id };
  if (signed !== null) {
    if (isSameInstance(asked, signed)) return signed;
    throw new IdentityError('identity_mismatch', "instance is not the identity token's claim instance. Leave it out: the token names it.");
  }
  if (agent.softInstances) return asked;
  throw new IdentityError(
    'identity_required',
    'A page may not name an instance of this agent by itself. Sign it as the claim instance of the identity token.',
  );
}

function isSameInstance(left: NonNullable<NamedInstance>, right: NonNullable<NamedInstance>): boolean {
  if (left.kind === 'ephemeral' || right.kind === 'ephemeral') return left.kind === right.kind;
  return left.name === right.name;
}

function ownInstance(participant: Participant, input: IdentityInput): InstanceRef {
  const { level, id } = participant;
  const { name, softIds } = input.agent;
  switch (level) {
    case 'ephemeral':
      return ephemeralInstance(input);
    case 'soft': {
      const parts: [string, ...string[]] = softIds === 'browser' ? [id, input.holder.holder] : [id];
      return { id: instanceId({ agent: name, kind: 'soft', parts }), kind: 'soft' };
    }
    case 'anonymous':
    case 'verified':
      return { id: instanceId({ agent: name, kind: level, parts: [id] }), kind: level };
    default:
      throw level satisfies never;
  }
}

function ephemeralInstance({ agent, freshPart }: IdentityInput): InstanceRef {
  return { id: instanceId({ agent: agent.name, kind: 'ephemeral', parts: [freshPart] }), kind: 'ephemeral' };
}
