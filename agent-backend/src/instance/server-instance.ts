import { parseId } from '@familiar/protocol';
import { IdentityError } from '../identity/identity-error.ts';
import { instanceId } from './instance-id.ts';
import type { Resolved } from './resolve.ts';

/** What a call with a secret key names. `undefined` means absent. */
export interface ServerCall {
  readonly agent: string;
  /** `end_user_id`, and its alias. */
  readonly endUserId: unknown;
  readonly userId: unknown;
  readonly instance: unknown;
  /** 128 random bits as text, used if the id is ephemeral. */
  readonly freshPart: string;
}

/**
 * The participant and instance that a customer's server names: its id is verified, since the server vouches (contract §6).
 * Throws `IdentityError` `invalid_id`, `degenerate_id`, `reserved_id` or `conflicting_ids`; `invalid_id` if it names nobody (R14).
 */
export function resolveServerCall(call: ServerCall): Resolved {
  const { endUserId, userId, agent, freshPart } = call;
  if (endUserId !== undefined && userId !== undefined && endUserId !== userId) {
    throw new IdentityError('conflicting_ids', 'end_user_id and its alias user_id differ. Send one of them.');
  }
  const id = endUserId ?? userId;
  if (id === undefined) throw new IdentityError('invalid_id', 'Name the user as metadata.end_user_id. There is no default user.');
  const parsed = parseId(id);
  if (parsed.kind === 'refused') throw new IdentityError(parsed.code, `end_user_id: ${parsed.detail}`);
  if (parsed.kind === 'ephemeral') {
    if (call.instance !== undefined)
      throw new IdentityError('conflicting_ids', 'An ephemeral user has no named instance. Send one of the two.');
    const instance = { id: instanceId({ agent, kind: 'ephemeral', parts: [freshPart] }), kind: 'ephemeral' as const };
    return { participant: { level: 'ephemeral', id: `eph_${freshPart}` }, instance };
  }
  const participant = { level: 'verified' as const, id: parsed.id };
  if (call.instance !== undefined) return { participant, instance: namedInstance(call) };
  return { participant, instance: { id: instanceId({ agent, kind: 'verified', parts: [parsed.id] }), kind: 'verified' } };
}

function namedInstance({ agent, instance, freshPart }: ServerCall): Resolved['instance'] {
  const parsed = parseId(instance);
  if (parsed.kind === 'refused') throw new IdentityError(parsed.code, `instance: ${parsed.detail}`);
  if (parsed.kind === 'ephemeral') return { id: instanceId({ agent, kind: 'ephemeral', parts: [freshPart] }), kind: 'ephemeral' };
  return { id: instanceId({ agent, kind: 'shared', parts: [parsed.id] }), kind: 'shared', name: parsed.id };
}
