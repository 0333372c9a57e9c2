import { randomUUID } from 'node:crypto';
import type { Page, Participant, Session } from '@familiar/protocol';
import type { Scope } from '../identity/principal.ts';
import { joinInstance } from '../instance/participants.ts';
import type { Sql, SqlValue } from '../store/store.ts';
import { ensureInstance, type NewInstance } from './instances.ts';
import { formatSessionCursor, parseSessionCursor } from './page-cursor.ts';
import { SELECT_SESSION, type SessionRow, toLastEventId, toSession } from './rows.ts';

const PAGE = 20;
const LARGEST_PAGE = 100;
const LONGEST_QUERY = 200;

export interface NewSession extends NewInstance {
  /** A client's own id, already checked; by default one of ours, `sess_…`. */
  readonly id?: string | undefined;
  /** By default taken from the first message. */
  readonly title?: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Who makes it, and with it joins a shared instance. */
  readonly participant?: Participant | undefined;
}

/**
 * Makes a session, and the instance if this is its first (R12). Call it in a transaction, so that both are there or
 * neither. An id that this instance has already gives the stored session, unchanged. An ephemeral instance has one session:
 * a new one ends the one before it, with what was learnt in it (R5).
 */
export async function createSession(tx: Sql, scope: Scope, options: NewSession): Promise<Session> {
  const { id = `sess_${randomUUID()}`, title = '', metadata, now } = options;
  // Sessions before their instance, as everywhere: in another order, two transactions would wait for each other's rows.
  if (options.kind === 'ephemeral') await deleteOthers(tx, scope, id);
  await ensureInstance(tx, scope, options);
  if (options.kind === 'shared' && options.participant !== undefined)
    await joinInstance(tx, scope, { participant: options.participant, now });
  await tx.run(
    `INSERT INTO sessions (agent, instance, session, title, metadata, last_seq, last_pos, last_event, active_run, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, 0, 0, NULL, NULL, $6, $6) ON CONFLICT (agent, instance, session) DO NOTHING`,
    [scope.agent, scope.instance, id, title, JSON.stringify(metadata), now],
  );
  const session = await getSession(tx, scope, id);
  if (!session) throw new Error('A session that was just stored is not there.');
  return session;
}

/** One session of this instance, or `null`. */
export async function getSession(sql: Sql, scope: Scope, id: string): Promise<Session | null> {
  const row = await findSession(sql, scope, id);
  return row ? toSession(row) : null;
}

export interface SessionQuery {
  /** Sessions on a page: 20 by default, 1 to 100. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the page before. */
  readonly before?: string | null | undefined;
  /** Words to be found in a title or in a message, as they stand, in either letter case; its first 200 characters count. */
  readonly query?: string | null | undefined;
}

/** The instance's sessions, the last used first. Throws `CursorError` for a `before` that is not ours. */
export async function listSessions(sql: Sql, scope: Scope, { limit = PAGE, before, query }: SessionQuery): Promise<Page<Session>> {
  const size = clampLimit(limit);
  const values: SqlValue[] = [scope.agent, scope.instance, size + 1];
  const conditions = ['s.agent = $1 AND s.instance = $2'];
  if (typeof before === 'string') {
    const { updatedAt, session } = parseSessionCursor(before);
    values.push(updatedAt, session);
    conditions.push(`(s.updated_at < $${values.length - 1} OR (s.updated_at = $${values.length - 1} AND s.session < $${values.length}))`);
  }
  if (query) {
    values.push(toPattern(query));
    const matches = `LIKE LOWER($${values.length}) ESCAPE '!'`;
    conditions.push(`(LOWER(s.title) ${matches} OR EXISTS (
      SELECT 1 FROM messages m WHERE m.agent = $1 AND m.instance = $2 AND m.session = s.session AND LOWER(m.content) ${matches}))`);
  }
  const rows = await sql.rows<SessionRow>(
    `${SELECT_SESSION} WHERE ${conditions.join(' AND ')} ORDER BY s.updated_at DESC, s.session DESC LIMIT $3`,
    values,
  );
  const page = rows.slice(0, size);
  const last = page.at(-1);
  const isMore = rows.length > size && last !== undefined;
  return {
    data: page.map(toSession),
    next_cursor: isMore ? formatSessionCursor({ updatedAt: last.updated_at, session: last.session }) : null,
  };
}

/** Gives a session another title; `null` if it is not there. It keeps its place in the list. */
export async function renameSession(
  sql: Sql,
  scope: Scope,
  { session, title }: { readonly session: string; readonly title: string },
): Promise<Session | null> {
  const changed = await sql.run('UPDATE sessions SET title = $4 WHERE agent = $1 AND instance = $2 AND session = $3', [
    scope.agent,
    scope.instance,
    session,
    title,
  ]);
  return changed === 0 ? null : getSession(sql, scope, session);
}

/**
 * Deletes a session with its messages, runs and events; false if it was not there. Call it in a transaction.
 * Facts that the agent learnt in it stay, for they are the instance's, unless `withMemories`.
 */
export async function deleteSession(
  tx: Sql,
  scope: Scope,
  { session, withMemories = false }: { readonly session: string; readonly withMemories?: boolean },
): Promise<boolean> {
  const tables = ['events', 'interrupts', 'messages', 'runs', ...(withMemories ? ['memories'] : []), 'sessions'];
  let deleted = 0;
  for (const table of tables) {
    deleted = await tx.run(`DELETE FROM ${table} WHERE agent = $1 AND instance = $2 AND session = $3`, [
      scope.agent,
      scope.instance,
      session,
    ]);
  }
  return deleted > 0;
}

/** Id of the session's newest event, where a reader goes on; `null` if the session is not there. */
export async function lastEventId(sql: Sql, scope: Scope, session: string): Promise<string | null> {
  const row = await findSession(sql, scope, session);
  return row ? toLastEventId(row) : null;
}

async function deleteOthers(tx: Sql, scope: Scope, session: string): Promise<void> {
  for (const table of ['events', 'interrupts', 'messages', 'runs', 'memories', 'sessions']) {
    await tx.run(`DELETE FROM ${table} WHERE agent = $1 AND instance = $2 AND session <> $3`, [scope.agent, scope.instance, session]);
  }
}

async function findSession(sql: Sql, scope: Scope, id: string): Promise<SessionRow | undefined> {
  const [row] = await sql.rows<SessionRow>(`${SELECT_SESSION} WHERE s.agent = $1 AND s.instance = $2 AND s.session = $3`, [
    scope.agent,
    scope.instance,
    id,
  ]);
  return row;
}

function toPattern(query: string): string {
  const words = Array.from(query.slice(0, LONGEST_QUERY)).join('');
  return `%${words.replaceAll(/[!%_]/g, '!$&')}%`;
}

function clampLimit(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit) || 1, 1), LARGEST_PAGE);
}
