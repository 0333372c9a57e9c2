import type { ParseContext } from './tree.ts';

/** The lines of one container, read from the first to the last. */
export interface Lines {
  readonly lines: readonly string[];
  readonly context: ParseContext;
  /** More text may follow: then the last line is unfinished. */
  readonly isOpen: boolean;
  readonly depth: number;
  /** The next line to read. */
  at: number;
}

export const isBlank = (line = ''): boolean => line.trim() === '';
