import { IdentityError } from '../identity/identity-error.ts';
import type { Sql } from '../store/store.ts';
import { instanceId } from './instance-id.ts';
import type { Resolved } from './resolve.ts';
import { isBuried } from './tombstones.ts';

interface Standing extends Resolved {
  readonly agent: string;
}

/**
 * May this participant still open this instance? Asked with every request, so that a claim, an end or a removal holds within
 * moments in every process. Throws `IdentityError` `session_token_revoked` or `participant_removed`.
 */
export async function checkStanding(sql: Sql, standing: Standing): Promise<void> {
  const found = await readStanding(sql, standing);
  if (found.is_buried === 1) throw new IdentityError('session_token_revoked', 'What this session token opened is no more. Mint a new one.');
  if (found.removed_at !== null) throw participantRemoved();
}

/**
 * May this participant get a token for this instance? An anonymous id that was claimed is no participant any more, wherever.
 * Throws `IdentityError` `gone` or `participant_removed`.
 */
export async function checkAdmission(sql: Sql, standing: Standing): Promise<void> {
  const { agent, participant } = standing;
  const found = await readStanding(sql, standing);
  const own = participant.level === 'anonymous' ? instanceId({ agent, kind: 'anonymous', parts: [participant.id] }) : null;
  const isClaimed = own !== null && (own === standing.instance.id ? found.is_buried === 1 : await isBuried(sql, { agent, instance: own }));
  if (isClaimed)
    throw new IdentityError('gone', "This browser's anonymous conversations were taken over by an account. Make a new browser key.");
  if (found.removed_at !== null) throw participantRemoved();
}

/** The answer to somebody who was taken out of a shared instance. */
export function participantRemoved(): IdentityError {
  return new IdentityError('participant_removed', 'You were removed from this shared conversation.');
}

interface Found {
  readonly is_buried: number;
  readonly removed_at: number | null;
}

async function readStanding(sql: Sql, { agent, instance, participant }: Standing): Promise<Found> {
  const [row] = await sql.rows<{ is_buried: number; removed_at: number | null }>(
    `SELECT (SELECT COUNT(*) FROM tombstones WHERE agent = $1 AND instance = $2) AS is_buried,
       (SELECT removed_at FROM participants WHERE agent = $1 AND instance = $2 AND level = $3 AND participant = $4) AS removed_at`,
    [agent, instance.id, participant.level, participant.id],
  );
  return row ?? { is_buried: 0, removed_at: null };
}
