import type { InstanceKind, InstanceRef, Message, MessageStatus, Participant, Session } from '@familiar/protocol';
import { formatCursor } from '@familiar/protocol';
import type { Row } from '../store/store.ts';

export interface SessionRow extends Row {
  readonly session: string;
  readonly title: string;
  readonly metadata: string;
  readonly last_seq: number;
  readonly last_event: string | null;
  readonly active_run: string | null;
  readonly claim: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly instance: string;
  readonly kind: string;
  readonly name: string | null;
}

export interface MessageRow extends Row {
  readonly seq: number;
  readonly message: string;
  readonly run: string | null;
  readonly role: string;
  readonly content: string;
  readonly status: string;
  readonly participant: string | null;
  readonly created_at: number;
}

/** Every session with its instance; conditions follow, the first two of them the scope. */
export const SELECT_SESSION = `SELECT s.session, s.title, s.metadata, s.last_seq, s.last_event, s.active_run, s.claim, s.created_at, s.updated_at,
    i.instance, i.kind, i.name
  FROM sessions s JOIN instances i ON i.agent = s.agent AND i.instance = s.instance`;

export const MESSAGE_COLUMNS = 'seq, message, run, role, content, status, participant, created_at';

export function toSession(row: SessionRow): Session {
  return {
    id: row.session,
    instance: toInstance(row),
    title: row.title,
    metadata: JSON.parse(row.metadata) as Session['metadata'],
    created_at: toTime(row.created_at),
    updated_at: toTime(row.updated_at),
    message_count: row.last_seq,
    active_run: row.active_run,
    last_event_id: toLastEventId(row),
    ...(row.claim === null ? {} : { claim_id: row.claim }),
  };
}

export function toMessage(row: MessageRow): Message {
  return {
    id: row.message,
    seq: row.seq,
    role: row.role === 'user' ? 'user' : 'assistant',
    content: row.content,
    status: row.status as MessageStatus,
    run_id: row.run,
    participant: row.participant === null ? null : (JSON.parse(row.participant) as Participant),
    created_at: toTime(row.created_at),
  };
}

export function toInstance({ instance, kind, name }: Pick<SessionRow, 'instance' | 'kind' | 'name'>): InstanceRef {
  return { id: instance, kind: kind as InstanceKind, ...(name === null ? {} : { name }) };
}

/** A session in which nothing has happened yet goes on from its own stream's start. */
export function toLastEventId(row: Pick<SessionRow, 'session' | 'last_event'>): string {
  return row.last_event ?? formatCursor({ stream: row.session, seq: 0 });
}

/** Milliseconds since 1970 → RFC 3339. */
export function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
