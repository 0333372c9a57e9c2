import { INSTANCE_KINDS, type InstanceRef, LEVELS, type MintResponse, type Participant } from '@familiar/protocol';
import { own } from '../config/own.ts';

const named = <T extends object>(value: unknown, part: T): T & { name?: string } => {
  const name = own(value, 'name');
  return typeof name === 'string' ? { ...part, name } : part;
};

export function parseParticipant(value: unknown): Participant | null {
  const level = LEVELS.find((known) => known === own(value, 'level'));
  const id = own(value, 'id');
  return level === undefined || typeof id !== 'string' ? null : named(value, { level, id });
}

function parseInstance(value: unknown): InstanceRef | null {
  const kind = INSTANCE_KINDS.find((known) => known === own(value, 'kind'));
  const id = own(value, 'id');
  return kind === undefined || typeof id !== 'string' ? null : named(value, { id, kind });
}

/** Reads the answer of a mint; `null` for anything that is not one. */
export function parseGrant(value: unknown): MintResponse | null {
  const token = own(value, 'token');
  const expiresIn = own(value, 'expires_in');
  const participant = parseParticipant(own(value, 'participant'));
  const instance = parseInstance(own(value, 'instance'));
  if (typeof token !== 'string' || typeof expiresIn !== 'number' || !(expiresIn > 0) || participant === null || instance === null)
    return null;
  const limit = (key: string, fallback: number): number => Number(own(own(value, 'limits'), key)) || fallback;
  return {
    token,
    expires_in: expiresIn,
    level: participant.level,
    binding: own(value, 'binding') === 'dpop' ? 'dpop' : 'bearer',
    participant,
    instance,
    limits: { message_bytes: limit('message_bytes', 32_768), queued_messages: limit('queued_messages', 5) },
  };
}
