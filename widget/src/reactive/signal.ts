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

/** Something that reads signals, and the ends of what was begun inside it. */
interface Reader {
  readonly sources: Set<Set<Reader>>;
  readonly inner: Set<() => void>;
  readonly run: () => void;
  readonly clear: () => void;
  readonly end: () => void;
}

let reader: Reader | null = null;
let isHeld = false;
const due = new Set<Reader>();

/** A signal. Setting what it holds already (`===`) tells nobody. */
export function signal<T>(held: T): Signal<T> {
  const readers = new Set<Reader>();
  return {
    get value() {
      if (reader !== null) {
        readers.add(reader);
        reader.sources.add(readers);
      }
      return held;
    },
    set value(next) {
      if (held === next) return;
      held = next;
      for (const one of readers) due.add(one);
      batch(() => undefined);
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
    peek: () => within(null, read),
  };
}

/**
 * Runs `run` now, and again whenever a signal that its last run read has changed. What was begun inside ends before it runs
 * again. What it throws goes to the page's `error` handlers and stops nobody else. Returns its end.
 */
export function effect(run: () => void): () => void {
  const self = begin(() => {
    self.clear();
    within(self, run);
  });
  attempt(self);
  return self.end;
}

/** Runs `make` once, of its own: the effects begun inside live until the end that is returned beside its result. */
export function scope<T>(make: () => T): [made: T, end: () => void] {
  return within(null, () => {
    const self = begin(() => undefined);
    return [within(self, make), self.end];
  });
}

/** Runs `end` when the effect or scope ends in which this is called, or before that effect runs again. */
export function onEnd(end: () => void): void {
  reader?.inner.add(end);
}

/** Several changes at once: effects run when `run` is over. */
export function batch<T>(run: () => T): T {
  if (isHeld) return run();
  isHeld = true;
  try {
    return run();
  } finally {
    for (const one of due) {
      due.delete(one);
      attempt(one);
    }
    isHeld = false;
  }
}

function begin(run: () => void): Reader {
  const outer = reader;
  const self: Reader = {
    sources: new Set(),
    inner: new Set(),
    run,
    clear() {
      due.delete(self);
      for (const end of self.inner) end();
      for (const readers of self.sources) readers.delete(self);
      self.inner.clear();
      self.sources.clear();
    },
    end() {
      outer?.inner.delete(self.end);
      self.clear();
    },
  };
  outer?.inner.add(self.end);
  return self;
}

function attempt(one: Reader): void {
  try {
    one.run();
  } catch (error) {
    reportError(error);
  }
}

function within<T>(next: Reader | null, run: () => T): T {
  const before = reader;
  reader = next;
  try {
    return run();
  } finally {
    reader = before;
  }
}
