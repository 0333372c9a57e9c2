import { randomUUID } from 'node:crypto';
import type { ClaimPreview, ClaimReceipt } from '@familiar/protocol';
import { IdentityError } from '../identity/identity-error.ts';
import type { Scope } from '../identity/principal.ts';
import { buryInstance, isBuried } from '../instance/tombstones.ts';
import type { Row, Sql } from '../store/store.ts';
import { ensureInstance } from './instances.ts';
import { toTime } from './rows.ts';

const UNDO_MS = 24 * 3_600_000;
/** Every table with rows of a session that go where it goes. Facts do not: whoever sat at this browser may have planted them. */
const MOVED = ['events', 'interrupts', 'messages', 'runs', 'sessions'] as const;

/** From the anonymous instance to the account's own, both of one agent. */
export interface Takeover {
  readonly source: Scope;
  readonly target: Scope;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type Claimed =
  | { readonly kind: 'claimed'; readonly receipt: ClaimReceipt; readonly isNew: boolean }
  /** A session is answering; nothing was changed. */
  | { readonly kind: 'busy'; readonly run: string };

interface ClaimableRow extends Row {
  readonly session: string;
  readonly title: string;
  readonly last_seq: number;
  readonly updated_at: number;
  readonly active_run: string | null;
}

/** What a claim would take over now; nothing after a claim, also when that was undone. Creates nothing. */
export async function previewClaim(sql: Sql, { source, target }: Omit<Takeover, 'now'>): Promise<ClaimPreview> {
  if (await isBuried(sql, source)) return { sessions: [] };
  const rows = await findClaimable(sql, { source, target });
  return {
    sessions: rows.map((row) => ({
      id: row.session,
      title: row.title,
      message_count: row.last_seq,
      updated_at: toTime(row.updated_at),
    })),
  };
}

/**
 * Moves the anonymous conversations into the account and buries the anonymous id: once for ever. Call it in a transaction.
 * The same account again gets the same receipt; any other, `IdentityError` `gone`.
 */
export async function claimSessions(tx: Sql, takeover: Takeover): Promise<Claimed> {
  const { source, target, now } = takeover;
  const known = await findClaim(tx, source);
  if (known !== undefined) {
    if (known.instance === target.instance) return { kind: 'claimed', receipt: toReceipt(known), isNew: false };
    throw claimedAlready();
  }
  const sessions = await findClaimable(tx, takeover);
  const running = sessions.find(({ active_run }) => active_run !== null)?.active_run;
  if (typeof running === 'string') return { kind: 'busy', run: running };
  const undoUntil = now + UNDO_MS;
  if (!(await buryInstance(tx, source, { reason: 'claimed', now, eraseAt: undoUntil }))) throw claimedAlready();
  const claim = `claim_${randomUUID()}`;
  if (sessions.length > 0) await ensureInstance(tx, target, { kind: 'verified', now });
  for (const { session } of sessions) await moveSession(tx, { from: source, to: target, session, claim });
  const messages = sessions.reduce((sum, { last_seq }) => sum + last_seq, 0);
  const [row] = await tx.rows<ClaimRow>(
    `INSERT INTO claims (agent, instance, claim, source, sessions, messages, claimed_at, undo_until, undone_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL) RETURNING *`,
    [target.agent, target.instance, claim, source.instance, sessions.length, messages, now, undoUntil],
  );
  if (row === undefined) throw new Error('A claim that was just stored is not there.');
  return { kind: 'claimed', receipt: toReceipt(row), isNew: true };
}

export interface Undo {
  /** The account that claimed. */
  readonly target: Scope;
  readonly claim: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Takes the conversations out of the account again, whole: with what was said in them since, and with the facts that were
 * learnt in them. They go back to the buried instance, which nobody opens, for 24 hours more. Call it in a transaction.
 * `null` if this account has no such claim; `IdentityError` `gone` after its 24 hours. Idempotent.
 */
export async function undoClaim(tx: Sql, { target, claim, now }: Undo): Promise<Claimed | null> {
  const key = [target.agent, target.instance, claim];
  const [row] = await tx.rows<ClaimRow>('SELECT * FROM claims WHERE agent = $1 AND instance = $2 AND claim = $3', key);
  if (row === undefined) return null;
  if (row.undone_at !== null) return { kind: 'claimed', receipt: toReceipt(row), isNew: false };
  if (now >= row.undo_until) throw new IdentityError('gone', 'A claim can be undone for 24 hours. Delete the conversations instead.');
  const sessions = await tx.rows<Pick<ClaimableRow, 'session' | 'active_run'>>(
    'SELECT session, active_run FROM sessions WHERE agent = $1 AND instance = $2 AND claim = $3 ORDER BY session',
    key,
  );
  const running = sessions.find(({ active_run }) => active_run !== null)?.active_run;
  if (typeof running === 'string') return { kind: 'busy', run: running };
  const source = { agent: target.agent, instance: row.source };
  for (const { session } of sessions) {
    await tx.run('DELETE FROM memories WHERE agent = $1 AND instance = $2 AND session = $3', [target.agent, target.instance, session]);
    await moveSession(tx, { from: target, to: source, session, claim });
  }
  await tx.run('UPDATE claims SET undone_at = $4 WHERE agent = $1 AND instance = $2 AND claim = $3', [...key, now]);
  await tx.run('UPDATE tombstones SET erase_at = $3 WHERE agent = $1 AND instance = $2', [source.agent, source.instance, now + UNDO_MS]);
  return { kind: 'claimed', receipt: toReceipt({ ...row, undone_at: now }), isNew: true };
}

/** Sessions in which something was said. An id that the account has too stays behind: one of the two would be lost. */
function findClaimable(sql: Sql, { source, target }: Omit<Takeover, 'now'>): Promise<ClaimableRow[]> {
  return sql.rows<ClaimableRow>(
    `SELECT session, title, last_seq, updated_at, active_run FROM sessions s WHERE agent = $1 AND instance = $2 AND last_seq > 0
     AND NOT EXISTS (SELECT 1 FROM sessions o WHERE o.agent = s.agent AND o.instance = $3 AND o.session = s.session)
     ORDER BY updated_at DESC, session DESC`,
    [source.agent, source.instance, target.instance],
  );
}

interface Move {
  readonly from: Scope;
  readonly to: Scope;
  readonly session: string;
  readonly claim: string;
}

async function moveSession(tx: Sql, { from, to, session, claim }: Move): Promise<void> {
  const key = [from.agent, from.instance, session];
  for (const table of MOVED) {
    await tx.run(`UPDATE ${table} SET instance = $4 WHERE agent = $1 AND instance = $2 AND session = $3`, [...key, to.instance]);
  }
  await tx.run('UPDATE sessions SET claim = $4 WHERE agent = $1 AND instance = $2 AND session = $3', [
    to.agent,
    to.instance,
    session,
    claim,
  ]);
}

interface ClaimRow extends Row {
  readonly instance: string;
  readonly claim: string;
  readonly source: string;
  readonly sessions: number;
  readonly messages: number;
  readonly claimed_at: number;
  readonly undo_until: number;
  readonly undone_at: number | null;
}

async function findClaim(sql: Sql, source: Scope): Promise<ClaimRow | undefined> {
  const [row] = await sql.rows<ClaimRow>('SELECT * FROM claims WHERE agent = $1 AND source = $2', [source.agent, source.instance]);
  return row;
}

function toReceipt(row: ClaimRow): ClaimReceipt {
  return {
    id: row.claim,
    sessions: row.sessions,
    messages: row.messages,
    claimed_at: toTime(row.claimed_at),
    undo_until: toTime(row.undo_until),
    undone_at: row.undone_at === null ? null : toTime(row.undone_at),
  };
}

function claimedAlready(): IdentityError {
  return new IdentityError('gone', 'These conversations were taken over before, by an account.');
}
