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
  const entries = new Set<readonly [name: string, listener: Listener, isOnce: boolean]>();
  const add =
    (isOnce: boolean): WidgetEvents['on'] =>
    (name, listener) => {
      const entry = [name, listener, isOnce] as const;
      entries.add(entry);
      return () => void entries.delete(entry);
    };
  /** What is added while it runs is not met. */
  const each = (name: string, meet: (entry: readonly [name: string, listener: Listener, isOnce: boolean]) => void): void =>
    [...entries].filter(([heard]) => heard === name).forEach(meet);
  return {
    on: add(false),
    once: add(true),
    off: (name, listener) => each(name, (entry) => entry[1] === listener && entries.delete(entry)),
    emit(name, detail) {
      each(name, (entry) => {
        if (entry[2]) entries.delete(entry);
        try {
          entry[1](detail);
        } catch (error) {
          reportError(error);
        }
      });
    },
  };
}
