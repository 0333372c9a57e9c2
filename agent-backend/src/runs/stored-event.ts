import { formatCursor, type RunEvent } from '@familiar/protocol';
import type { Row, Sql } from '../store/store.ts';
import { refValues, type SessionRef } from './run-ref.ts';

/** An event that is durable, with its two places: `seq` within its stream, `pos` within its session. */
export interface StoredEvent {
  readonly stream: string;
  readonly seq: number;
  readonly pos: number;
  /** The event as JSON on one line. */
  readonly data: string;
  readonly isTerminal: boolean;
}

interface EventRow extends Row {
  readonly stream: string;
  readonly seq: number;
  readonly pos: number;
  readonly data: string;
}

export interface EventsToInsert {
  readonly session: SessionRef;
  readonly stream: string;
  /** The `seq` of the first; `null` outside a run, where `pos` is also the `seq`. */
  readonly firstSeq: number | null;
  readonly events: readonly RunEvent[];
  readonly nowMs: number;
}

const COLUMNS = 8;

/** Takes the next places of the session and writes the events there. `null` if the session is gone. */
export async function insertEvents(sql: Sql, batch: EventsToInsert): Promise<StoredEvent[] | null> {
  const { session, stream, firstSeq, events, nowMs } = batch;
  if (events.length === 0) return [];
  const [moved] = await sql.rows<{ last_pos: number }>(
    'UPDATE sessions SET last_pos = last_pos + $4 WHERE agent = $1 AND instance = $2 AND session = $3 RETURNING last_pos',
    [...refValues(session), events.length],
  );
  if (moved === undefined) return null;
  const firstPos = moved.last_pos - events.length + 1;
  const stored = events.map((event, index) => ({
    stream,
    seq: (firstSeq ?? firstPos) + index,
    pos: firstPos + index,
    data: JSON.stringify(event),
    isTerminal: isTerminalType(event.type),
  }));
  await sql.run('UPDATE sessions SET last_event = $4 WHERE agent = $1 AND instance = $2 AND session = $3', [
    ...refValues(session),
    formatCursor(stored.at(-1) ?? { stream, seq: 0 }),
  ]);
  await writeRows(sql, { session, stored, nowMs });
  return stored;
}

interface RowsToWrite {
  readonly session: SessionRef;
  readonly stored: readonly StoredEvent[];
  readonly nowMs: number;
}

const ROWS_PER_STATEMENT = 50;

async function writeRows(sql: Sql, { session, stored, nowMs }: RowsToWrite): Promise<void> {
  for (let from = 0; from < stored.length; from += ROWS_PER_STATEMENT) {
    const part = stored.slice(from, from + ROWS_PER_STATEMENT);
    const places = part.map((_, row) => `(${Array.from({ length: COLUMNS }, (_, column) => `$${row * COLUMNS + column + 1}`).join(', ')})`);
    const values = part.flatMap((event) => [...refValues(session), event.pos, event.stream, event.seq, event.data, nowMs]);
    await sql.run(`INSERT INTO events (agent, instance, session, pos, stream, seq, data, created_at) VALUES ${places.join(', ')}`, values);
  }
}

export interface EventRange {
  readonly session: SessionRef;
  /** Only this run's; all of the session without it. */
  readonly stream?: string | undefined;
  readonly afterPos: number;
  readonly limit: number;
}

/** The events after a place, in order. */
export async function readEvents(sql: Sql, { session, stream, afterPos, limit }: EventRange): Promise<StoredEvent[]> {
  const values = [...refValues(session), afterPos, limit];
  const rows = await sql.rows<EventRow>(
    `SELECT stream, seq, pos, data FROM events WHERE agent = $1 AND instance = $2 AND session = $3 AND pos > $4 ${
      stream === undefined ? '' : 'AND stream = $6'
    } ORDER BY pos LIMIT $5`,
    stream === undefined ? values : [...values, stream],
  );
  return rows.map(({ stream, seq, pos, data }) => ({ stream, seq, pos, data, isTerminal: isTerminalData(data) }));
}

function isTerminalType(type: string): boolean {
  return type === 'RUN_FINISHED' || type === 'RUN_ERROR';
}

// `type` is the first member of everything that we write.
function isTerminalData(data: string): boolean {
  return data.startsWith('{"type":"RUN_FINISHED"') || data.startsWith('{"type":"RUN_ERROR"');
}
