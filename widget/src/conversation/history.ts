import type { Message } from '@familiar/protocol';
import { copy, list, members, text } from '../config/own.ts';
import type { Api } from '../session/session.ts';
import type { CallInit } from '../session/transport.ts';
import { maybe, readMessage } from '../stream/parse-message.ts';

const readSession = members({ id: text });
const readSessions = members({ data: list(readSession) });

/** The id of the newest session of the instance, or null where there is none. */
export async function findNewestSession(api: Api): Promise<string | null> {
  return readSessions(await api.json('/v1/sessions?limit=1')).data[0]?.id ?? null;
}

export async function createServerSession(api: Api, init: CallInit): Promise<string> {
  return readSession(await api.json('/v1/sessions', { ...init, method: 'POST', body: { metadata: {} } })).id;
}

/** Reads a page of messages, oldest first. */
export const readPage = members<{
  data: Message[];
  /** For `before`; null when there is nothing earlier. */
  next_cursor: string | null;
  active_run: string | null;
  /** Where `GET …/events` goes on from this state of things. */
  last_event_id: string | null;
  /** What the newest run waits for. */
  interrupts: unknown[];
}>({ data: list(readMessage), next_cursor: maybe, active_run: maybe, last_event_id: maybe, interrupts: list(copy) });
