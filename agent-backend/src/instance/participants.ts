import type { Level, Participant } from '@familiar/protocol';
import type { Scope } from '../identity/principal.ts';
import type { Row, Sql } from '../store/store.ts';
import { participantRemoved } from './standing.ts';

/** So that a read does not become a write each time. */
const SEEN_EVERY_MS = 60_000;

export interface Joining {
  readonly participant: Participant;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Notes that somebody takes part in a shared instance; in any other kind, or where there is none yet, nothing. Called for every
 * request in one, reads too: whoever can read what others write is shown to them. A mint alone joins nobody (R12).
 * Throws `IdentityError` `participant_removed`, also for a request that passed the guard before the removal.
 */
export async function joinInstance(tx: Sql, scope: Scope, { participant, now }: Joining): Promise<void> {
  const { level, id, name = null, picture = null } = participant;
  const key = [scope.agent, scope.instance, level, id];
  const [known] = await tx.rows<KnownRow>(
    'SELECT name, picture, seen_at, removed_at FROM participants WHERE agent = $1 AND instance = $2 AND level = $3 AND participant = $4',
    key,
  );
  if (known !== undefined && known.removed_at !== null) throw participantRemoved();
  const isSame = (name ?? known?.name) === known?.name && (picture ?? known?.picture) === known?.picture;
  if (known !== undefined && isSame && now - known.seen_at < SEEN_EVERY_MS) return;
  await tx.run(
    `INSERT INTO participants (agent, instance, level, participant, name, picture, joined_at, seen_at, removed_at)
     SELECT agent, instance, $3, $4, $5, $6, $7, $7, NULL FROM instances WHERE agent = $1 AND instance = $2 AND kind = 'shared'
     ON CONFLICT (agent, instance, level, participant) DO UPDATE SET
       name = COALESCE(excluded.name, participants.name), picture = COALESCE(excluded.picture, participants.picture),
       seen_at = excluded.seen_at`,
    [...key, name, picture, now],
  );
}

interface KnownRow extends Row {
  readonly name: string | null;
  readonly picture: string | null;
  readonly seen_at: number;
  readonly removed_at: number | null;
}

/** Compared as R3 says: byte for byte. */
export function isSameParticipant(left: Participant, right: Participant): boolean {
  return left.level === right.level && left.id === right.id;
}

interface ParticipantRow extends Row {
  readonly level: string;
  readonly participant: string;
  readonly name: string | null;
  readonly picture: string | null;
}

/** Everybody who has joined and was not removed, oldest first. */
export async function listParticipants(sql: Sql, scope: Scope): Promise<Participant[]> {
  const rows = await sql.rows<ParticipantRow>(
    `SELECT level, participant, name, picture FROM participants WHERE agent = $1 AND instance = $2 AND removed_at IS NULL
     ORDER BY joined_at, level, participant`,
    [scope.agent, scope.instance],
  );
  return rows.map(({ level, participant, name, picture }) => ({
    level: level as Level,
    id: participant,
    ...(name === null ? {} : { name }),
    ...(picture === null ? {} : { picture }),
  }));
}

export interface Removal {
  readonly participant: Pick<Participant, 'level' | 'id'>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * From now on this participant's tokens, mints and streams are refused here; what they wrote stays. Somebody who never came
 * can be removed beforehand. False if there is no such shared instance. Idempotent.
 */
export async function removeParticipant(tx: Sql, scope: Scope, { participant, now }: Removal): Promise<boolean> {
  const changed = await tx.run(
    `INSERT INTO participants (agent, instance, level, participant, name, picture, joined_at, seen_at, removed_at)
     SELECT agent, instance, $3, $4, NULL, NULL, $5, $5, $5 FROM instances WHERE agent = $1 AND instance = $2 AND kind = 'shared'
     ON CONFLICT (agent, instance, level, participant) DO UPDATE SET removed_at = COALESCE(participants.removed_at, excluded.removed_at)`,
    [scope.agent, scope.instance, participant.level, participant.id, now],
  );
  return changed > 0;
}

/** Undoes `removeParticipant`; false if this participant is not known here. Idempotent. */
export async function readmitParticipant(sql: Sql, scope: Scope, { level, id }: Pick<Participant, 'level' | 'id'>): Promise<boolean> {
  const changed = await sql.run(
    'UPDATE participants SET removed_at = NULL WHERE agent = $1 AND instance = $2 AND level = $3 AND participant = $4',
    [scope.agent, scope.instance, level, id],
  );
  return changed > 0;
}
