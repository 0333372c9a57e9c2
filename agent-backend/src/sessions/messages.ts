import type { Message, MessagePage, MessageStatus, Participant } from '@familiar/protocol';
import type { Scope } from '../identity/principal.ts';
import type { Sql } from '../store/store.ts';
import { parseMessageCursor } from './page-cursor.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessage } from './rows.ts';
import { getSession } from './sessions.ts';
import { makeTitle } from './title.ts';

const PAGE = 50;
const LARGEST_PAGE = 200;

export interface NewMessage {
  readonly session: string;
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly content: string;
  /** Default `complete`. */
  readonly status?: MessageStatus | undefined;
  readonly run?: string | null | undefined;
  /** Who wrote it; nobody for the agent. */
  readonly participant?: Participant | null | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Stores a message with the next `seq` of its session, and gives the session its title from the visitor's first words.
 * An id that the session has already gives the stored message, unchanged. `null` if the session is not there.
 * Call it in a transaction: `seq` is gapless because it is given in the commit.
 */
export async function appendMessage(tx: Sql, scope: Scope, message: NewMessage): Promise<Message | null> {
  const { session, id, role, content, status = 'complete', run = null, participant = null, now } = message;
  const stored = await getMessage(tx, scope, { session, message: id });
  if (stored) return stored;
  const [counter] = await tx.rows<{ last_seq: number }>(
    `UPDATE sessions SET last_seq = last_seq + 1, updated_at = $4, title = CASE WHEN title = '' THEN $5 ELSE title END
     WHERE agent = $1 AND instance = $2 AND session = $3 RETURNING last_seq`,
    [scope.agent, scope.instance, session, now, role === 'user' ? makeTitle(content) : ''],
  );
  if (!counter) return null;
  await tx.run('UPDATE instances SET seen_at = $3 WHERE agent = $1 AND instance = $2', [scope.agent, scope.instance, now]);
  const [row] = await tx.rows<MessageRow>(
    `INSERT INTO messages (agent, instance, session, seq, message, run, role, content, status, participant, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING ${MESSAGE_COLUMNS}`,
    [
      scope.agent,
      scope.instance,
      session,
      counter.last_seq,
      id,
      run,
      role,
      content,
      status,
      participant === null ? null : JSON.stringify(participant),
      now,
    ],
  );
  return row ? toMessage(row) : null;
}

/** One message of a session, or `null`. */
export async function getMessage(
  sql: Sql,
  scope: Scope,
  { session, message }: { readonly session: string; readonly message: string },
): Promise<Message | null> {
  const [row] = await sql.rows<MessageRow>(
    `SELECT ${MESSAGE_COLUMNS} FROM messages WHERE agent = $1 AND instance = $2 AND session = $3 AND message = $4`,
    [scope.agent, scope.instance, session, message],
  );
  return row ? toMessage(row) : null;
}

export interface MessageQuery {
  readonly session: string;
  /** Messages on a page: 50 by default, 1 to 200. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the page before: that page's oldest `seq`. */
  readonly before?: string | null | undefined;
}

/** What the messages' own room knows of a page: what a run waits for is added by those who know runs. */
export type StoredPage = Omit<MessagePage, 'interrupts'>;

/** The last N messages, or the last N before a cursor, oldest first; `null` if the session is not there. Throws `CursorError`. */
export async function listMessages(
  sql: Sql,
  scope: Scope,
  { session: id, limit = PAGE, before }: MessageQuery,
): Promise<StoredPage | null> {
  const size = Math.min(Math.max(Math.trunc(limit) || 1, 1), LARGEST_PAGE);
  const below = typeof before === 'string' ? parseMessageCursor(before) : Number.MAX_SAFE_INTEGER;
  // The session first: a message committed between the two reads then comes once more as an event, rather than never.
  const session = await getSession(sql, scope, id);
  if (!session) return null;
  const rows = await sql.rows<MessageRow>(
    `SELECT ${MESSAGE_COLUMNS} FROM messages WHERE agent = $1 AND instance = $2 AND session = $3 AND seq < $4 ORDER BY seq DESC LIMIT $5`,
    [scope.agent, scope.instance, id, below, size + 1],
  );
  const page = rows.slice(0, size).toReversed();
  const [oldest] = page;
  return {
    data: page.map(toMessage),
    next_cursor: rows.length > size && oldest ? String(oldest.seq) : null,
    active_run: session.active_run,
    last_event_id: session.last_event_id,
  };
}
