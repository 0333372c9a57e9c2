import { createHash } from 'node:crypto';
import type { MemoryFact, Participant } from '@familiar/protocol';
import type { Scope } from '../identity/principal.ts';
import type { Row, Sql } from '../store/store.ts';
import { MemoryError } from './memory-error.ts';

/** Characters of one fact, after its spaces at both ends are cut. */
export const LONGEST_FACT = 1000;
/** Facts of one instance; storing one more drops the oldest. */
export const MOST_FACTS = 200;

interface FactRow extends Row {
  readonly memory: string;
  readonly fact: string;
  readonly session: string | null;
  readonly message: string | null;
  readonly participant: string | null;
  readonly created_at: number;
}

export interface NewFact {
  readonly text: string;
  readonly session: string | null;
  readonly message: string | null;
  readonly participant: Participant | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Stores a fact and returns its id; the same text again changes nothing. Call it in a transaction.
 * Throws `MemoryError`: for no text, for too long a text, and where the instance, or the session that the fact was said in, is
 * not there (any more): an answer that is still being made brings nothing back.
 */
export async function storeFact(tx: Sql, scope: Scope, fact: NewFact): Promise<string> {
  const text = checkText(fact.text);
  const [known] = await tx.rows<{ newest: number | null }>(
    `SELECT (SELECT MAX(created_at) FROM memories WHERE agent = $1 AND instance = $2) AS newest
     FROM instances WHERE agent = $1 AND instance = $2 AND ($3 = '' OR EXISTS (
       SELECT 1 FROM sessions WHERE agent = $1 AND instance = $2 AND session = $3))`,
    [scope.agent, scope.instance, fact.session ?? ''],
  );
  if (!known) throw new MemoryError('no_instance', 'There is nobody to remember this for: the conversation or all of it is erased.');
  const id = makeId(scope, text);
  const stored = await tx.run(
    `INSERT INTO memories (agent, instance, memory, fact, session, message, participant, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (agent, instance, memory) DO NOTHING`,
    [
      scope.agent,
      scope.instance,
      id,
      text,
      fact.session,
      fact.message,
      fact.participant === null ? null : JSON.stringify(fact.participant),
      // Several facts of one message keep their order.
      Math.max(fact.now, (known.newest ?? 0) + 1),
    ],
  );
  if (stored > 0) await dropOldest(tx, scope);
  return id;
}

/** The instance's facts, newest first; at most 200. */
export async function listFacts(sql: Sql, scope: Scope): Promise<MemoryFact[]> {
  const rows = await sql.rows<FactRow>(
    `SELECT memory, fact, session, message, participant, created_at FROM memories
     WHERE agent = $1 AND instance = $2 ORDER BY created_at DESC, memory DESC`,
    [scope.agent, scope.instance],
  );
  return rows.map(toFact);
}

/** Removes one fact; false if this instance has none of that id. */
export async function forgetFact(sql: Sql, scope: Scope, id: string): Promise<boolean> {
  const values = [scope.agent, scope.instance, id];
  return (await sql.run('DELETE FROM memories WHERE agent = $1 AND instance = $2 AND memory = $3', values)) > 0;
}

function checkText(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') throw new MemoryError('empty', 'A fact has at least one character.');
  if (trimmed.length > LONGEST_FACT) throw new MemoryError('too_long', `A fact has at most ${LONGEST_FACT} characters. Say it shorter.`);
  return trimmed;
}

/** From the text, so that two writers of the same fact at once store it once; from the scope, so that ids tell nothing across instances. */
function makeId(scope: Scope, text: string): string {
  const hash = createHash('sha256').update(JSON.stringify([scope.agent, scope.instance, text]));
  return `mem_${hash.digest('base64url').slice(0, 27)}`;
}

async function dropOldest(tx: Sql, scope: Scope): Promise<void> {
  await tx.run(
    `DELETE FROM memories WHERE agent = $1 AND instance = $2 AND memory NOT IN (
       SELECT memory FROM memories WHERE agent = $1 AND instance = $2 ORDER BY created_at DESC, memory DESC LIMIT $3)`,
    [scope.agent, scope.instance, MOST_FACTS],
  );
}

function toFact(row: FactRow): MemoryFact {
  return {
    id: row.memory,
    text: row.fact,
    source_session: row.session,
    source_message: row.message,
    participant: row.participant === null ? null : (JSON.parse(row.participant) as Participant),
    created_at: new Date(row.created_at).toISOString(),
  };
}
