import type { Participant } from '@familiar/protocol';
import type { Scope } from '../identity/principal.ts';
import type { Row, Sql } from '../store/store.ts';
import { makeTitle } from './title.ts';

/** Rows redacted or erased, by table. */
export interface RedactionReceipt {
  readonly messages: number;
  readonly events: number;
  readonly runs: number;
  readonly memories: number;
  readonly sessions: number;
  readonly participants: number;
}

/**
 * Takes one participant's words out of a shared instance, and nobody else's: their messages lose text and author but keep
 * their place, what the agent learnt from them is erased, a title made of their words is emptied, and they are no longer
 * listed. Call it in a transaction. They may write again and then join anew.
 */
export async function redactParticipant(tx: Sql, scope: Scope, participant: Participant): Promise<RedactionReceipt> {
  const whose = [scope.agent, scope.instance, startOf(participant)];
  const mine = `agent = $1 AND instance = $2 AND substr(participant, 1, length($3)) = $3`;
  const sessions = await emptyTitles(tx, scope, participant);
  const events = await tx.run(
    `DELETE FROM events WHERE agent = $1 AND instance = $2 AND substr(data, 1, 40) LIKE '%message_stored%' AND EXISTS (
       SELECT 1 FROM runs r WHERE r.agent = events.agent AND r.instance = events.instance AND r.session = events.session
       AND r.run = events.stream AND substr(r.participant, 1, length($3)) = $3)`,
    whose,
  );
  const messages = await tx.run(`UPDATE messages SET content = '', participant = NULL WHERE ${mine}`, whose);
  const runs = await tx.run(`UPDATE runs SET participant = '{}' WHERE ${mine}`, whose);
  // What waits for them holds their words, too.
  await tx.run(`DELETE FROM interrupts WHERE ${mine}`, whose);
  const memories = await tx.run(`DELETE FROM memories WHERE ${mine}`, whose);
  const participants = await tx.run(
    'DELETE FROM participants WHERE agent = $1 AND instance = $2 AND level = $3 AND participant = $4 AND removed_at IS NULL',
    [scope.agent, scope.instance, participant.level, participant.id],
  );
  return { messages, events, runs, memories, sessions, participants };
}

/** The runs that are answering this participant now. */
export function listRunning(sql: Sql, scope: Scope, participant: Participant): Promise<{ session: string; run: string }[]> {
  return sql.rows<{ session: string; run: string }>(
    `SELECT session, run FROM runs WHERE agent = $1 AND instance = $2 AND status = 'running' AND substr(participant, 1, length($3)) = $3`,
    [scope.agent, scope.instance, startOf(participant)],
  );
}

interface TitleRow extends Row {
  readonly session: string;
  readonly title: string;
  readonly content: string;
}

/** A title is the start of somebody's first words, unless it was renamed. */
async function emptyTitles(tx: Sql, scope: Scope, participant: Participant): Promise<number> {
  const rows = await tx.rows<TitleRow>(
    `SELECT s.session, s.title, m.content FROM sessions s
     JOIN messages m ON m.agent = s.agent AND m.instance = s.instance AND m.session = s.session AND m.role = 'user'
     WHERE s.agent = $1 AND s.instance = $2 AND s.title <> '' AND substr(m.participant, 1, length($3)) = $3`,
    [scope.agent, scope.instance, startOf(participant)],
  );
  const theirs = new Set(rows.filter(({ title, content }) => title === makeTitle(content)).map(({ session }) => session));
  for (const session of theirs) {
    await tx.run(`UPDATE sessions SET title = '' WHERE agent = $1 AND instance = $2 AND session = $3`, [
      scope.agent,
      scope.instance,
      session,
    ]);
  }
  return theirs.size;
}

/** How a stored participant begins: the id's closing quote is in it, so that no longer id fits. */
export function startOf({ level, id }: Participant): string {
  return JSON.stringify({ level, id }).slice(0, -1);
}
