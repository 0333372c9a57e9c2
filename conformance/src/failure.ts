/** A scenario that failed: what was seen, and how the site mends it. Neither holds a token, a key or an id. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure';
  readonly seen: string;
  readonly mend: string;

  constructor(seen: string, mend: string) {
    super(`${seen} Mend: ${mend}`);
    this.seen = seen;
    this.mend = mend;
  }
}

/** Throws `ConformanceFailure` unless it is so. */
export function demand(isSo: boolean, seen: string, mend: string): asserts isSo {
  if (!isSo) throw new ConformanceFailure(seen, mend);
}
