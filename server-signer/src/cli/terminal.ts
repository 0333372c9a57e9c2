/** What the program has of the world. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** All of standard input. */
  readonly readInput: () => string;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

export const EXIT = { ok: 0, wrongToken: 1, usage: 2 } as const;

/** The command line was wrong; the message says the mend. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
