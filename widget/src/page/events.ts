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
  const listeners: [name: string, listener: Listener, original: Listener][] = [];
  const remove = (isGone: (entry: (typeof listeners)[number]) => boolean): void => {
    for (let at = listeners.length - 1; at >= 0; at -= 1) {
      const entry = listeners[at];
      if (entry !== undefined && isGone(entry)) listeners.splice(at, 1);
    }
  };
  const add = (name: string, listener: Listener, original: Listener): (() => void) => {
    const entry: (typeof listeners)[number] = [name, listener, original];
    listeners.push(entry);
    return () => remove((other) => other === entry);
  };
  return {
    on: (name, listener) => add(name, listener, listener),
    once(name, listener) {
      const undo = add(
        name,
        (detail) => {
          undo();
          listener(detail);
        },
        listener,
      );
      return undo;
    },
    off: (name, listener) => remove((entry) => entry[0] === name && entry[2] === listener),
    emit(name, detail) {
      for (const [heard, listener] of listeners.slice()) {
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
