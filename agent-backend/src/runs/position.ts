import { formatCursor, parseCursor, type RunEvent } from '@familiar/protocol';
import type { Sql } from '../store/store.ts';
import { lastEventOf } from './end-run.ts';
import { type RunRef, refValues, type SessionRef } from './run-ref.ts';
import type { Frame } from './sse-frame.ts';

/** Where a reader begins: `frames` first, then what comes after `pos`. */
export interface Position {
  readonly pos: number;
  readonly frames: readonly Frame[];
  /** There is nothing after `frames`. */
  readonly isOver: boolean;
}

interface SessionState {
  readonly last_pos: number;
  readonly last_event: string | null;
}

/**
 * After `lastEventId`, or at the present without one. A cursor that names no event of this session — pruned, from the
 * future, of another session, not a cursor at all — begins with `resume_gap` and goes on from the present.
 * `null` if the session is not there.
 */
export async function findSessionPosition(sql: Sql, session: SessionRef, lastEventId: string | null): Promise<Position | null> {
  const [state] = await sql.rows<{ last_pos: number; last_event: string | null }>(
    'SELECT last_pos, last_event FROM sessions WHERE agent = $1 AND instance = $2 AND session = $3',
    refValues(session),
  );
  if (state === undefined) return null;
  if (lastEventId === null || lastEventId === state.last_event) return { pos: state.last_pos, frames: [], isOver: false };
  const pos = await findPos(sql, session, lastEventId);
  if (pos !== null) return { pos, frames: [], isOver: false };
  if (isStartOf(session, lastEventId) && state.last_pos === 0) return { pos: 0, frames: [], isOver: false };
  return { pos: state.last_pos, frames: [gapFrame(session, state)], isOver: false };
}

function isStartOf({ session }: SessionRef, lastEventId: string): boolean {
  return lastEventId === formatCursor({ stream: session, seq: 0 });
}

async function findPos(sql: Sql, session: SessionRef, lastEventId: string): Promise<number | null> {
  const cursor = parseCursor(lastEventId);
  if (cursor === null) return null;
  // Seq 0 is the place before the stream's first event; that of the session's own stream, before its very first.
  const isFirst = cursor.seq === 0;
  const where = isStartOf(session, lastEventId) ? 'pos = 1' : 'stream = $4 AND seq = $5';
  const [row] = await sql.rows<{ pos: number }>(
    `SELECT pos FROM events WHERE agent = $1 AND instance = $2 AND session = $3 AND ${where}`,
    isStartOf(session, lastEventId) ? refValues(session) : [...refValues(session), cursor.stream, isFirst ? 1 : cursor.seq],
  );
  if (row === undefined) return null;
  return isFirst ? row.pos - 1 : row.pos;
}

function gapFrame({ session }: SessionRef, { last_event }: SessionState): Frame {
  const id = last_event ?? formatCursor({ stream: session, seq: 0 });
  return toFrame(id, { type: 'CUSTOM', name: 'resume_gap', value: { last_event_id: id } });
}

function toFrame(id: string, event: RunEvent): Frame {
  const cursor = parseCursor(id) ?? { stream: 'none', seq: 0 };
  return { ...cursor, data: JSON.stringify(event) };
}

/**
 * From the first event of a run. Where those are kept no more, the run is told in three events: it started, its text is
 * among the messages (`resume_gap`), and how it ended. `null` if there is no such run.
 */
export async function findRunPosition(sql: Sql, ref: RunRef): Promise<Position | null> {
  const [row] = await sql.rows<{ status: string; last_seq: number; pos: number | null; last_event: string | null }>(
    `SELECT r.status, r.last_seq, e.pos, s.last_event FROM runs r
     JOIN sessions s ON s.agent = r.agent AND s.instance = r.instance AND s.session = r.session
     LEFT JOIN events e ON e.agent = r.agent AND e.instance = r.instance AND e.session = r.session AND e.stream = r.run AND e.seq = 1
     WHERE r.agent = $1 AND r.instance = $2 AND r.session = $3 AND r.run = $4`,
    [...refValues(ref), ref.run],
  );
  if (row === undefined) return null;
  if (row.pos !== null) return { pos: row.pos - 1, frames: [], isOver: false };
  const last = row.last_event ?? formatCursor({ stream: ref.session, seq: 0 });
  const events: RunEvent[] = [
    { type: 'RUN_STARTED', threadId: ref.session, runId: ref.run },
    { type: 'CUSTOM', name: 'resume_gap', value: { last_event_id: last } },
    lastEventOf(ref, row.status),
  ];
  return { pos: 0, frames: events.map((event) => toFrame(last, event)), isOver: true };
}
