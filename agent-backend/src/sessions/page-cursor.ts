/** `before` was not a `next_cursor` of ours. Answers `400 invalid_cursor`. */
export class CursorError extends Error {
  readonly code = 'invalid_cursor';
  constructor() {
    super('`before` takes the `next_cursor` of the page before, unchanged.');
    this.name = 'CursorError';
  }
}

/** Where a page of sessions ended: ordered by `updatedAt`, then by id. */
export interface SessionCursor {
  readonly updatedAt: number;
  readonly session: string;
}

export function formatSessionCursor({ updatedAt, session }: SessionCursor): string {
  return Buffer.from(JSON.stringify([updatedAt, session])).toString('base64url');
}

/** Throws `CursorError`. */
export function parseSessionCursor(text: string): SessionCursor {
  const value = parseJson(Buffer.from(text, 'base64url').toString());
  const [updatedAt, session] = Array.isArray(value) && value.length === 2 ? (value as readonly unknown[]) : [];
  if (!isCount(updatedAt) || typeof session !== 'string') throw new CursorError();
  return { updatedAt, session };
}

/** Throws `CursorError`. */
export function parseMessageCursor(text: string): number {
  const seq = /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : null;
  if (!isCount(seq)) throw new CursorError();
  return seq;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // Not a cursor of ours; the caller says so.
  }
}
