import { createHash } from 'node:crypto';
import { type InstanceKind, parseAgentName } from '@familiar/protocol';

export interface InstanceKey {
  /** `org/agent`. */
  readonly agent: string;
  readonly kind: InstanceKind;
  /** What tells instances of one kind apart; see `resolve()`. */
  readonly parts: readonly [string, ...string[]];
}

/**
 * The key of an instance: `inst_` and the SHA-256 of a JSON array, so that no choice of ids can meet another's (R2, R3).
 * The only place that makes one. Throws `TypeError` for an agent that is not `org/agent`, or an empty part.
 */
export function instanceId({ agent, kind, parts }: InstanceKey): string {
  const name = parseAgentName(agent);
  if (name === null) throw new TypeError('An instance belongs to an agent named "org/agent".');
  if (parts.length === 0 || parts.some((part) => part === ''))
    throw new TypeError('An instance has no empty part: nothing is ever pooled.');
  const preimage = JSON.stringify(['v1', name.org, name.agent, kind, ...parts]);
  return `inst_${createHash('sha256').update(preimage, 'utf8').digest('base64url')}`;
}
