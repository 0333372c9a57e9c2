import type { Message } from '@familiar/protocol';
import type { Api } from '../session/session.ts';
import { ownList, ownText, parseMessage } from '../stream/parse-message.ts';

export interface History {
  readonly messages: readonly Message[];
  /** For `before`; null when there is nothing earlier. */
  readonly earlier: string | null;
  readonly activeRun: string | null;
  /** Where `GET …/events` goes on from this state of things. */
  readonly lastEventId: string | null;
}

/** The id of the newest session of the instance, or null where there is none. */
export async function findNewestSession(api: Api): Promise<string | null> {
  const [newest] = ownList(await api.json('/v1/sessions?limit=1'), 'data');
  return ownText(newest, 'id');
}

export async function createServerSession(api: Api): Promise<string | null> {
  return ownText(await api.json('/v1/sessions', { method: 'POST', body: { metadata: {} } }), 'id');
}

/** The last 50 messages, oldest first, or the 50 before a cursor. */
export async function loadHistory(api: Api, sessionId: string, before: string | null): Promise<History> {
  const cursor = before === null ? '' : `&before=${encodeURIComponent(before)}`;
  const page = await api.json(`/v1/sessions/${encodeURIComponent(sessionId)}/messages?limit=50${cursor}`);
  return {
    messages: ownList(page, 'data')
      .map(parseMessage)
      .filter((message) => message !== null),
    earlier: ownText(page, 'next_cursor'),
    activeRun: ownText(page, 'active_run'),
    lastEventId: ownText(page, 'last_event_id'),
  };
}
