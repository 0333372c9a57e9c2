import type { Block, ParseContext } from './tree.ts';

/** Lines of one container, from the first to the last. */
export interface Lines {
  readonly lines: readonly string[];
  readonly context: ParseContext;
  /** More text may follow: then the last line is unfinished. */
  readonly isOpen: boolean;
  readonly depth: number;
  /** Parses the lines inside a quote or a list item. */
  readonly parse: (inner: Lines) => Block[];
}

/** A block, and the line after it. */
export interface Read {
  readonly block: Block;
  readonly next: number;
}

export const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`]*)$/;
export const HEADING = /^ {0,3}(#{1,6})(?=[ \t]|$)/;
export const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
export const QUOTE = /^ {0,3}> ?/;
/** Deeper quotes and lists are shown as they stand. */
export const MAX_DEPTH = 8;

/** True for a line a table's divider is made of, whole or half written. */
export function isDividerLike(line: string): boolean {
  return /^[ \t|:-]*$/.test(line);
}

export function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === '';
}

/** True if this line begins a block that a paragraph cannot swallow. */
export function interrupts(from: Lines, at: number): boolean {
  const line = from.lines[at] ?? '';
  if (FENCE.test(line) || HEADING.test(line)) return true;
  const isUnsure = from.isOpen && at === from.lines.length - 1 && isDividerLike(line) && from.lines[at - 1]?.includes('|') === true;
  if (isUnsure) return false;
  return RULE.test(line) || (from.depth < MAX_DEPTH && (QUOTE.test(line) || /^ {0,3}(?:[-*+]|1[.)])[ \t]+\S/.test(line)));
}

/** True if nothing but an empty, unfinished line follows. */
export function isLast(from: Lines, next: number): boolean {
  return next >= from.lines.length - 1 && isBlank(from.lines[next]);
}
