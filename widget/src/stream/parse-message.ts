import type { Message, MessageStatus } from '@familiar/protocol';
import { parseParticipant } from '../session/grant.ts';

const STATUSES: readonly MessageStatus[] = ['complete', 'cancelled', 'interrupted', 'failed'];

/** A member of what came over the wire: an own one, or undefined. */
export function own(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

export function ownText(value: unknown, key: string): string | null {
  const found = own(value, key);
  return typeof found === 'string' ? found : null;
}

export function ownList(value: unknown, key: string): readonly unknown[] {
  const found = own(value, key);
  return Array.isArray(found) ? found : [];
}

/** Reads a stored message; `null` for anything that is not one. */
export function parseMessage(value: unknown): Message | null {
  const [id, role, content, seq] = [ownText(value, 'id'), own(value, 'role'), ownText(value, 'content'), own(value, 'seq')];
  if (id === null || content === null || typeof seq !== 'number' || (role !== 'user' && role !== 'assistant')) return null;
  return {
    id,
    seq,
    role,
    content,
    status: STATUSES.find((known) => known === own(value, 'status')) ?? 'complete',
    run_id: ownText(value, 'run_id'),
    participant: parseParticipant(own(value, 'participant')),
    created_at: ownText(value, 'created_at') ?? '',
  };
}
