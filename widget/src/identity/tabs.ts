import { copy } from '../config/own.ts';

/** A message between tabs: its own members. What they say is not trusted. */
export type Message = Readonly<Record<string, unknown>>;

/** The tabs of this origin, other widgets of the same page among them. */
export interface Tabs {
  /** Says something to all others. They hear it in this order; a frozen tab later. */
  tell(message: object): void;
  /** Returns its undo. */
  hear(listener: (message: Message) => void): () => void;
  /** Leaves the channel while the page is in the back/forward cache, and comes back. */
  setListening(isListening: boolean): void;
}

export function openTabs(agent: string): Tabs {
  const listeners = new Set<(message: Message) => void>();
  let channel: BroadcastChannel | null = null;
  const setListening = (isListening: boolean): void => {
    channel?.close();
    channel = isListening ? new BroadcastChannel(`familiar:${agent}`) : null;
    channel?.addEventListener('message', ({ data }) => {
      for (const listener of listeners) listener(copy(data));
    });
  };
  setListening(true);
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel, which has its origin
    tell: (message) => channel?.postMessage(message),
    hear(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setListening,
  };
}

/**
 * Runs `run` while no other tab does; where there are no Web Locks, at once. When `signal` aborts, the turn is over: whoever
 * waits goes on without it, and the lock of whoever works is free. One frozen tab keeps nobody else from theirs.
 */
export async function inTurn<T>(name: string, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  let work: Promise<T> | undefined;
  const begin = async (): Promise<T> => (work ??= run());
  const over = new Promise((resolve) => signal.addEventListener('abort', resolve));
  const turn = async (): Promise<unknown> => Promise.race([begin(), over]);
  await navigator.locks?.request(`familiar:${name}`, { signal }, turn).catch(() => {
    // No turn, or the work failed: that is told below.
  });
  return begin();
}
