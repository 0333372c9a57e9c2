import { randomUuid } from '../identity/random.ts';
import type { MessageList } from './message-list.ts';
import type { OutgoingMessage, Runner } from './runner.ts';

/** The visitor's words on their way: one run at a time, the rest wait in order. */
export interface Outbox {
  /** False when as many wait as may. */
  accept(text: string): boolean;
  /** Sends what waits, unless that is going on already. */
  drain(): void;
  /** Sends again what failed, or asks again for the answer that broke off. False when there is nothing of the kind. */
  retry(): boolean;
}

export function createOutbox({ list, runner, limit }: { list: MessageList; runner: Runner; limit: number }): Outbox {
  const waiting: OutgoingMessage[] = [];
  /** What the server may not have: posted again with the same ids. */
  const unsent: OutgoingMessage[] = [];
  /** The last message, stored, whose answer broke off: asked again as a new run. */
  let unanswered: OutgoingMessage | null = null;
  let isBusy = false;

  const sendAll = async (): Promise<void> => {
    isBusy = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      unanswered = null;
      const ending = await runner.run(next);
      if (ending === 'unsent') unsent.push(next);
      if (ending === 'unanswered') unanswered = { ...next, runId: randomUuid() };
      // The rest waits for the visitor's "try again" or next words: sending on into a failure would lose their order.
      if (ending !== 'done') break;
    }
    isBusy = false;
  };
  const drain = (): void => {
    if (!isBusy) void sendAll();
  };
  return {
    accept(text) {
      if (waiting.length >= limit) return false;
      const message: OutgoingMessage = { id: randomUuid(), runId: randomUuid(), text };
      list.addMine({ id: message.id, text, createdAt: Date.now() }, 'queued');
      waiting.push(message);
      return true;
    },
    drain,
    retry() {
      if (isBusy || (unsent.length === 0 && unanswered === null)) return false;
      waiting.unshift(...unsent.splice(0), ...(unanswered === null ? [] : [unanswered]));
      unanswered = null;
      drain();
      return true;
    },
  };
}
