/** A value that both SQLite and PostgreSQL hold alike: text, a safe integer, or nothing. */
export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, SqlValue>>;

/**
 * Runs SQL of the subset that SQLite and PostgreSQL share: `$1 … $n` placeholders, times as bigint milliseconds,
 * JSON as text, ids from the application, `ON CONFLICT`, `RETURNING`.
 */
export interface Sql {
  /** Rows of a query, or of a statement with `RETURNING`. */
  rows<T extends Row = Row>(text: string, values?: readonly SqlValue[]): Promise<T[]>;
  /** Number of rows that a statement changed. */
  run(text: string, values?: readonly SqlValue[]): Promise<number>;
}

/**
 * The one door to durable state. What a resolved `transaction` wrote survives `kill -9` and a power cut.
 * Every method rejects with `StoreError`; `transaction` is retried when the database asks for it, so `work` must be
 * free of effects beyond `sql`.
 */
export interface Store extends Sql {
  readonly kind: 'sqlite' | 'postgres';
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export type StoreErrorCode = 'closed' | 'busy' | 'full' | 'unavailable' | 'conflict' | 'failed';

/** `conflict`: a unique key is taken. Holds no SQL values, so it may be logged. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
