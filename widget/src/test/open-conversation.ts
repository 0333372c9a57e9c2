import { signal } from '../reactive/signal.ts';
import type { Participant } from '@familiar/protocol';
import { vi } from 'vitest';
import type { ChatMessage } from '../conversation/conversation.ts';
import { createConversation } from '../conversation/create-conversation.ts';
import type { Drafts, Kept } from '../conversation/drafts.ts';
import { readFailure, toFailure } from '../session/failure.ts';
import type { Api } from '../session/session.ts';
import { type ChatServer, problem } from './chat-server.ts';
import { createManualClock } from './manual-clock.ts';

export { problem };
export const ME: Participant = { level: 'anonymous', id: 'anon_x' };

/** Calls to the server, as a session would make them for somebody who has a token already. */
function callServer(server: ChatServer): Api {
  const call: Api['call'] = async (path, { body, ...init } = {}) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await server.fetch(`https://chat.example${path}`, { ...init, ...sent }).catch((error: unknown) => {
      throw toFailure(error);
    });
    if (response.ok) return response;
    throw await readFailure(response);
  };
  return { call, json: async (path, init) => (await call(path, init)).json() };
}

/** What is kept over a reload, in memory: the text in the composer, and the words in the outbox. */
export function createMemoryDrafts(): Drafts & { readonly kept: () => string; readonly outbox: () => readonly string[] } {
  let kept: Kept = { draft: '', outbox: [] };
  return {
    kept: () => kept.draft,
    outbox: () => kept.outbox.map(({ text }) => text),
    load: async () => kept,
    save: async (next) => void (kept = next),
    discard: () => void (kept = { draft: '', outbox: [] }),
  };
}

export interface OpenOptions {
  readonly me?: Participant;
  readonly isShared?: boolean;
  readonly drafts?: Drafts;
}

/** A conversation on the server's newest session, with a clock that moves by `settle` alone. */
export function openConversation(server: ChatServer, { me = ME, isShared = false, drafts = createMemoryDrafts() }: OpenOptions = {}) {
  const clock = createManualClock();
  const isOpen = signal(true);
  const heard: string[] = [];
  const conversation = createConversation({
    api: callServer(server),
    clock,
    random: () => 0.5,
    sessionId: server.log.sessionId,
    grant: {
      participant: me,
      instance: { id: 'inst_x', kind: isShared ? 'shared' : 'anonymous' },
      limits: { message_bytes: 100, queued_messages: 5 },
    },
    isOpen,
    drafts,
    settings: signal({ context: { page: '/pricing', cart: [1] } }),
    events: { emit: (name) => heard.push(name) },
    onTrouble: ({ code }) => heard.push(code),
  });
  return {
    ...conversation,
    clock,
    heard,
    isOpen,
    texts: () => conversation.messages.value.map(textOf),
    states: () => conversation.messages.value.map(({ state }) => state.value),
    posts: () => server.seen.filter(({ path }) => path.endsWith('/runs')).map(({ body }) => body),
    /** Lets time pass until it holds. */
    async settle(check: () => void) {
      await vi.waitFor(
        () => {
          clock.advance(30_500);
          check();
        },
        { timeout: 5_000, interval: 1 },
      );
    },
  };
}

export function textOf(message: ChatMessage): string {
  return message.text.value;
}
