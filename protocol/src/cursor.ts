const CURSOR = /^([A-Za-z0-9_-]{1,128}):(0|[1-9][0-9]{0,14})$/;

/** A place in a session's events: after event `seq` of the run (or session) `stream`. */
export interface Cursor {
  readonly stream: string;
  readonly seq: number;
}

/** Writes the SSE `id` of an event, `<runId>:<seq>` (contract §7). `seq` counts from 1; 0 means "from the start". */
export function formatCursor(cursor: Cursor): string {
  return `${cursor.stream}:${cursor.seq}`;
}

/** Reads a `Last-Event-ID`. `null` for anything that `formatCursor` would not have written. */
export function parseCursor(value: unknown): Cursor | null {
  const match = typeof value === 'string' ? CURSOR.exec(value) : null;
  const [, stream, seq] = match ?? [];
  return stream === undefined || seq === undefined ? null : { stream, seq: Number(seq) };
}
