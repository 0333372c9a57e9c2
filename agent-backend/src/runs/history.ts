import type { Message } from '@familiar/protocol';
import type { HistoryMessage } from '../agents/agent.ts';
import { getInstance, listMessages } from '../sessions/index.ts';
import type { Sql } from '../store/store.ts';
import type { SessionRef } from './run-ref.ts';

/** The newest messages that an agent is shown; what of them fits its model is the agent's affair. */
const MOST_MESSAGES = 200;

/**
 * History, ending with the message to be answered: what came after the last user message, such as an answer that was
 * interrupted and is tried again, is left out. Authors are named in a shared instance alone.
 */
export async function readHistory(sql: Sql, { scope, session }: SessionRef): Promise<HistoryMessage[]> {
  const page = await listMessages(sql, scope, { session, limit: MOST_MESSAGES });
  const instance = await getInstance(sql, scope);
  const messages = page?.data ?? [];
  const last = messages.findLastIndex(({ role }) => role === 'user');
  return messages.slice(0, last + 1).map((message) => toHistory(message, instance?.kind === 'shared'));
}

function toHistory({ role, content, participant }: Message, isShared: boolean): HistoryMessage {
  const author = isShared && role === 'user' ? participant?.name : undefined;
  return { role, text: content, ...(author === undefined ? {} : { author }) };
}
