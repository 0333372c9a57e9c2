/** A value that tells whoever has read it when it changes. */
export interface ReadonlySignal<T> {
  /** Read inside an effect, it runs that effect again when it changes. */
  readonly value: T;
  /** The value, without being told of its changes. */
  peek(): T;
}

export interface Signal<T> extends ReadonlySignal<T> {
  value: T;
}

type Run = () => void;

/** What ends with the effect or scope that runs just now; null outside of them. */
let ends: Set<Run> | null = null;
/** Runs the effect again that runs just now; null where nobody follows what is read. */
let reader: Run | null = null;
let isHeld = false;
const due = new Set<Run>();

/** A signal. Setting what it holds already (`===`) tells nobody. */
export function signal<T>(held: T): Signal<T> {
  const readers = new Set<Run>();
  return {
    get value() {
      const again = reader;
      if (again && !readers.has(again)) {
        readers.add(again);
        onEnd(() => readers.delete(again));
      }
      return held;
    },
    set value(next) {
      if (held === next) return;
      held = next;
      batch(() => readers.forEach((again) => due.add(again)));
    },
    peek: () => held,
  };
}

/** What is worked out of signals: anew at every reading, so it is never late, keeps nothing and needs no end. */
export function derived<T>(read: () => T): ReadonlySignal<T> {
  return {
    get value() {
      return read();
    },
    peek: () => within(ends, null, read),
  };
}

/**
 * Runs `run` now, and again whenever a signal that its last run read has changed. What was begun inside ends before it runs
 * again. What it throws goes to the page's `error` handlers and stops nobody else. Returns its end.
 */
export function effect(run: Run): Run {
  const outer = ends;
  const own = new Set<Run>();
  const clear = (): void => {
    due.delete(again);
    endAll(own);
  };
  const again = (): void => {
    try {
      clear();
      within(own, again, run);
    } catch (error) {
      reportError(error);
    }
  };
  const end = (): void => {
    outer?.delete(end);
    clear();
  };
  onEnd(end);
  again();
  return end;
}

/** Runs `make` once, of its own: the effects begun inside live until the end that is returned beside its result. */
export function scope<T>(make: () => T): [made: T, end: Run] {
  const own = new Set<Run>();
  return [within(own, null, make), () => endAll(own)];
}

/** Runs `end` when the effect or scope ends in which this is called, or before that effect runs again. */
export function onEnd(end: Run): void {
  ends?.add(end);
}

/** Several changes at once: effects run when `run` is over. */
export function batch<T>(run: () => T): T {
  if (isHeld) return run();
  isHeld = true;
  try {
    return run();
  } finally {
    for (const again of due) again();
    isHeld = false;
  }
}

function endAll(own: Set<Run>): void {
  for (const end of own) end();
  own.clear();
}

/** Runs `run` with `inner` and `again` in the places of `ends` and `reader`. */
function within<T>(inner: Set<Run> | null, again: Run | null, run: () => T): T {
  const before = [ends, reader] as const;
  [ends, reader] = [inner, again];
  try {
    return run();
  } finally {
    [ends, reader] = before;
  }
}
