import type { Message } from '@familiar/protocol';
import type { HistoryMessage } from '../agents/agent.ts';
import { getSession, listMessages } from '../sessions/index.ts';
import type { Sql } from '../store/store.ts';
import type { SessionRef } from './run-ref.ts';

/** The newest messages that an agent is shown; what of them fits its model is the agent's affair. */
const MOST_MESSAGES = 200;

/**
 * History, ending with the message to be answered: what came after the last user message, such as an answer that was
 * interrupted and is tried again, is left out; so is what its author erased. Authors are told apart in a shared instance
 * alone. In a conversation that was claimed, what was said before anybody signed in is marked.
 */
export async function readHistory(sql: Sql, { scope, session: id }: SessionRef): Promise<HistoryMessage[]> {
  const page = await listMessages(sql, scope, { session: id, limit: MOST_MESSAGES });
  const session = await getSession(sql, scope, id);
  const all = page?.data ?? [];
  const messages = all.slice(0, all.findLastIndex(({ role }) => role === 'user') + 1);
  const authors = session?.instance.kind === 'shared' ? nameAuthors(messages) : null;
  const signedIn = session?.claim_id === undefined ? 0 : findSignIn(messages);
  return messages
    .map((message, index) => toHistory(message, { author: authors?.(message), isBefore: index < signedIn }))
    .filter(({ text }) => text !== '');
}

/** Where the first message stands that was not written anonymously; nothing anonymous is written after a claim. */
function findSignIn(messages: readonly Message[]): number {
  const first = messages.findIndex(({ role, participant }) => role === 'user' && participant?.level !== 'anonymous');
  return first === -1 ? messages.length : first;
}

interface Marks {
  readonly author: string | undefined;
  readonly isBefore: boolean;
}

function toHistory({ role, content }: Message, { author, isBefore }: Marks): HistoryMessage {
  return { role, text: content, ...(author === undefined ? {} : { author }), ...(isBefore ? { fromBeforeSignIn: true } : {}) };
}

/** A name for each author, no two alike: a display name is what somebody chose, and others may have chosen it too. */
function nameAuthors(messages: readonly Message[]): (message: Message) => string | undefined {
  const names = new Map<string, string>();
  for (const { participant } of messages) {
    if (participant === null) continue;
    const key = JSON.stringify([participant.level, participant.id]);
    if (!names.has(key)) names.set(key, freeName(participant.name ?? 'participant', new Set(names.values())));
  }
  return ({ role, participant }) =>
    role === 'user' && participant !== null ? names.get(JSON.stringify([participant.level, participant.id])) : undefined;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name} (${count})`;
  return free;
}
