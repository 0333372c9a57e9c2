/** Time as an argument: tests hand in their own. */
export interface Clock {
  /** Milliseconds on a monotonic clock; only differences mean anything. */
  now(): number;
  /** Wall-clock seconds since 1970, for claims that a server reads. May be wrong; the server says so (RFC 9449 §8). */
  unixSeconds(): number;
  /** Runs `run` after `delayMs`. Returns its undo. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  unixSeconds: () => Math.floor(Date.now() / 1000),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
