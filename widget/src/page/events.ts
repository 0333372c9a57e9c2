/** What a page can listen to, with what it is told (contract §8). Never a token, never a message's text. */
export interface EventDetails {
  ready: null;
  open: null;
  close: null;
  sessionstarted: { sessionId: string };
  messagesent: { messageId: string };
  messagereceived: { messageId: string };
  unread: { count: number };
  /** `elsewhere`: another tab changed, this one stays as it is. */
  identitychange: { previous: unknown; current: unknown; reason: string; elsewhere?: true };
  identitydegraded: { storage: string; binding: string };
  escalate: { reason: string | null };
  limitreached: { code: string; retryAfterMs: number | null };
  error: { code: string; mend: string };
}
export type EventName = keyof EventDetails;
export type Listener = (detail: unknown) => void;

export interface WidgetEvents {
  /** Returns its undo. */
  on(name: string, listener: Listener): () => void;
  once(name: string, listener: Listener): () => void;
  off(name: string, listener: Listener): void;
  emit<Name extends EventName>(name: Name, detail: EventDetails[Name]): void;
}

/** A listener that throws stops nobody: the page's own `error` handlers hear of it. */
export function createEvents(): WidgetEvents {
  let entries: readonly (readonly [name: string, listener: Listener, original: Listener])[] = [];
  const add = (name: string, listener: Listener, original = listener): (() => void) => {
    const entry = [name, listener, original] as const;
    entries = [...entries, entry];
    return () => {
      entries = entries.filter((other) => other !== entry);
    };
  };
  return {
    on: (name, listener) => add(name, listener),
    once(name, listener) {
      const hear: Listener = (detail) => {
        undo();
        listener(detail);
      };
      const undo = add(name, hear, listener);
      return undo;
    },
    off(name, listener) {
      entries = entries.filter(([heard, , original]) => heard !== name || original !== listener);
    },
    emit(name, detail) {
      for (const [heard, listener] of entries) {
        if (heard !== name) continue;
        try {
          listener(detail);
        } catch (error) {
          reportError(error);
        }
      }
    },
  };
}
