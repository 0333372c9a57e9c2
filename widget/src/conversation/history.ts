import type { Message } from '@familiar/protocol';
import type { Api } from '../session/session.ts';
import { parseMessage } from '../stream/parse-message.ts';

export interface History {
  readonly messages: readonly Message[];
  /** For `before`; null when there is nothing earlier. */
  readonly earlier: string | null;
  readonly activeRun: string | null;
}

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The id of the newest session of the instance, or null where there is none. */
export async function findNewestSession(api: Api): Promise<string | null> {
  return text(own(list(own(await api.json('/v1/sessions?limit=1'), 'data'))[0], 'id'));
}

export async function createServerSession(api: Api): Promise<string | null> {
  return text(own(await api.json('/v1/sessions', { method: 'POST', body: { metadata: {} } }), 'id'));
}

/** The last 50 messages, oldest first, or the 50 before a cursor. */
export async function loadHistory(api: Api, sessionId: string, before: string | null): Promise<History> {
  const cursor = before === null ? '' : `&before=${encodeURIComponent(before)}`;
  const page = await api.json(`/v1/sessions/${encodeURIComponent(sessionId)}/messages?limit=50${cursor}`);
  return {
    messages: list(own(page, 'data'))
      .map(parseMessage)
      .filter((message) => message !== null),
    earlier: text(own(page, 'next_cursor')),
    activeRun: text(own(page, 'active_run')),
  };
}
