import type { Message, Participant, Session } from '@familiar/protocol';
import type { Scope } from '../identity/principal.ts';
import type { Sql } from '../store/store.ts';
import { startOf } from './participant-rows.ts';
import { MESSAGE_COLUMNS, type MessageRow, SELECT_SESSION, type SessionRow, toMessage, toSession } from './rows.ts';

export interface ExportedSession extends Session {
  readonly messages: readonly Message[];
}

export interface ExportOptions {
  /** Only this participant's own messages, and the sessions in which there are any. */
  readonly only?: Participant | undefined;
}

/** Every session of the instance with its messages, oldest first. Call it in a transaction, for one state of things. */
export async function exportSessions(tx: Sql, scope: Scope, { only }: ExportOptions = {}): Promise<ExportedSession[]> {
  const key = [scope.agent, scope.instance];
  const sessions = await tx.rows<SessionRow>(
    `${SELECT_SESSION} WHERE s.agent = $1 AND s.instance = $2 ORDER BY s.created_at, s.session`,
    key,
  );
  const exported: ExportedSession[] = [];
  for (const row of sessions) {
    const own = only === undefined ? '' : 'AND substr(participant, 1, length($4)) = $4';
    const messages = await tx.rows<MessageRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM messages WHERE agent = $1 AND instance = $2 AND session = $3 ${own} ORDER BY seq`,
      [...key, row.session, ...(only === undefined ? [] : [startOf(only)])],
    );
    if (only === undefined || messages.length > 0) exported.push({ ...toSession(row), messages: messages.map(toMessage) });
  }
  return exported;
}
