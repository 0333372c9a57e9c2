import type { Message, MessageStatus } from '@familiar/protocol';
import { parseParticipant } from '../session/grant.ts';

const STATUSES: readonly MessageStatus[] = ['complete', 'cancelled', 'interrupted', 'failed'];

/** Reads a stored message; `null` for anything that is not one. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null) return null;
  const own = (key: keyof Message): unknown => (Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined);
  const [id, seq, role, content, runId, createdAt] = [own('id'), own('seq'), own('role'), own('content'), own('run_id'), own('created_at')];
  if (typeof id !== 'string' || typeof seq !== 'number' || typeof content !== 'string') return null;
  if (role !== 'user' && role !== 'assistant') return null;
  return {
    id,
    seq,
    role,
    content,
    status: STATUSES.find((known) => known === own('status')) ?? 'complete',
    run_id: typeof runId === 'string' ? runId : null,
    participant: parseParticipant(own('participant')),
    created_at: typeof createdAt === 'string' ? createdAt : '',
  };
}
