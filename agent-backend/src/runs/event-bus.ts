import { refKey, type SessionRef } from './run-ref.ts';
import type { StoredEvent } from './stored-event.ts';

export type Listener = (events: readonly StoredEvent[]) => void;

/** Wakes the readers of this process. What goes through it is durable already. */
export interface EventBus {
  publish(session: SessionRef, events: readonly StoredEvent[]): void;
  /** Returns its undo. */
  listen(session: SessionRef, listener: Listener): () => void;
}

export function createEventBus(): EventBus {
  const listeners = new Map<string, Set<Listener>>();
  // Of a run's reference, its session alone: whoever follows the session hears all of its runs.
  const keyOf = ({ scope, session }: SessionRef): string => refKey({ scope, session });
  return {
    publish(session, events) {
      for (const listener of listeners.get(keyOf(session)) ?? []) listener(events);
    },
    listen(session, listener) {
      const key = keyOf(session);
      const set = listeners.get(key) ?? new Set<Listener>();
      listeners.set(key, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(key) === set) listeners.delete(key);
      };
    },
  };
}
