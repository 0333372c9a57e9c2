import { INSTANCE_KINDS, type InstanceRef, LEVELS, type MintResponse, type Participant } from '@familiar/protocol';

type Bag = Readonly<Record<string, unknown>>;
const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null;
const own = (bag: Bag, key: string): unknown => (Object.hasOwn(bag, key) ? bag[key] : undefined);

export function parseParticipant(value: unknown): Participant | null {
  if (!isBag(value)) return null;
  const level = LEVELS.find((known) => known === own(value, 'level'));
  const id = own(value, 'id');
  const name = own(value, 'name');
  if (level === undefined || typeof id !== 'string') return null;
  return typeof name === 'string' ? { level, id, name } : { level, id };
}

export function parseInstance(value: unknown): InstanceRef | null {
  if (!isBag(value)) return null;
  const kind = INSTANCE_KINDS.find((known) => known === own(value, 'kind'));
  const id = own(value, 'id');
  const name = own(value, 'name');
  if (kind === undefined || typeof id !== 'string') return null;
  return typeof name === 'string' ? { id, kind, name } : { id, kind };
}

/** Reads the answer of a mint; `null` for anything that is not one. */
export function parseGrant(value: unknown): MintResponse | null {
  if (!isBag(value)) return null;
  const token = own(value, 'token');
  const expiresIn = own(value, 'expires_in');
  const participant = parseParticipant(own(value, 'participant'));
  const instance = parseInstance(own(value, 'instance'));
  if (typeof token !== 'string' || typeof expiresIn !== 'number' || !(expiresIn > 0)) return null;
  if (participant === null || instance === null) return null;
  const limits = own(value, 'limits');
  return {
    token,
    expires_in: expiresIn,
    level: participant.level,
    binding: own(value, 'binding') === 'dpop' ? 'dpop' : 'bearer',
    participant,
    instance,
    limits: { message_bytes: limit(limits, 'message_bytes', 32_768), queued_messages: limit(limits, 'queued_messages', 5) },
  };
}

function limit(limits: unknown, key: string, fallback: number): number {
  const value = isBag(limits) ? own(limits, key) : undefined;
  return typeof value === 'number' && value > 0 ? value : fallback;
}
