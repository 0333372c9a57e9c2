import type { IdentityKeyInfo, IdentityKeyStatus } from '@familiar/protocol';
import type { Row, Sql } from '../store/store.ts';
import type { IdentityAlg } from './identity-key.ts';

export type IdentityKeySourceKind = IdentityKeyInfo['source'];

/** A key that was added by API, or the tombstone of any key that was revoked at run time. */
export interface IdentityKeyRow {
  readonly agent: string;
  readonly kid: string;
  readonly source: IdentityKeySourceKind;
  readonly issuer: string;
  readonly alg: IdentityAlg;
  /** The public members as JSON; `null` for the tombstone of a key that stands elsewhere. Never a secret. */
  readonly jwk: string | null;
  readonly thumbprint: string | null;
  readonly status: IdentityKeyStatus;
  readonly retiredAtMs: number | null;
  readonly createdAtMs: number;
}

export type AuditAction = 'added' | 'activated' | 'retired' | 'revoked';

/** One line of a key's history: who did what, and when. */
export interface IdentityKeyAudit {
  readonly action: AuditAction;
  /** Name of the secret key that was used. */
  readonly actor: string;
  readonly atMs: number;
}

const COLUMNS = 'agent, kid, source, issuer, alg, jwk, thumbprint, status, retired_at, created_at';

/** Every row of every agent: few, and read by one query per process and second. */
export async function readKeyRows(sql: Sql): Promise<IdentityKeyRow[]> {
  return (await sql.rows(`SELECT ${COLUMNS} FROM identity_keys ORDER BY created_at, kid`)).map(fromRow);
}

/** `null` if the agent never had a key with this kid, as far as the store knows. */
export async function readKeyRow(sql: Sql, agent: string, kid: string): Promise<IdentityKeyRow | null> {
  const [row] = await sql.rows(`SELECT ${COLUMNS} FROM identity_keys WHERE agent = $1 AND kid = $2`, [agent, kid]);
  return row === undefined ? null : fromRow(row);
}

/** The rows of one agent, oldest first. */
export async function readAgentKeyRows(sql: Sql, agent: string): Promise<IdentityKeyRow[]> {
  return (await sql.rows(`SELECT ${COLUMNS} FROM identity_keys WHERE agent = $1 ORDER BY created_at, kid`, [agent])).map(fromRow);
}

/** Rejects with `StoreError` `conflict` if the agent has or had a key with this kid. */
export async function insertKeyRow(sql: Sql, row: IdentityKeyRow): Promise<void> {
  await sql.run(`INSERT INTO identity_keys (${COLUMNS}, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`, [
    row.agent,
    row.kid,
    row.source,
    row.issuer,
    row.alg,
    row.jwk,
    row.thumbprint,
    row.status,
    row.retiredAtMs,
    row.createdAtMs,
  ]);
}

export interface StatusChange {
  readonly status: IdentityKeyStatus;
  readonly retiredAtMs: number | null;
  readonly atMs: number;
}

/** Changes a key that is not revoked; false if there is none. A revoked one never changes again. */
export async function updateKeyStatus(
  sql: Sql,
  { agent, kid }: Pick<IdentityKeyRow, 'agent' | 'kid'>,
  change: StatusChange,
): Promise<boolean> {
  const changed = await sql.run(
    `UPDATE identity_keys SET status = $3, retired_at = $4, changed_at = $5 WHERE agent = $1 AND kid = $2 AND status <> 'revoked'`,
    [agent, kid, change.status, change.retiredAtMs, change.atMs],
  );
  return changed > 0;
}

/** Appends one line; call it in the transaction of the change itself. */
export async function insertKeyAudit(
  sql: Sql,
  { agent, kid }: Pick<IdentityKeyRow, 'agent' | 'kid'>,
  { action, actor, atMs }: IdentityKeyAudit,
): Promise<void> {
  await sql.run(
    `INSERT INTO identity_key_audit (agent, kid, number, action, actor, created_at)
     SELECT $1, $2, COALESCE(MAX(number), 0) + 1, $3, $4, $5 FROM identity_key_audit WHERE agent = $1 AND kid = $2`,
    [agent, kid, action, actor, atMs],
  );
}

/** Oldest first. */
export async function readKeyAudit(sql: Sql, agent: string, kid: string): Promise<IdentityKeyAudit[]> {
  const rows = await sql.rows('SELECT action, actor, created_at FROM identity_key_audit WHERE agent = $1 AND kid = $2 ORDER BY number', [
    agent,
    kid,
  ]);
  return rows.map((row) => ({ action: row['action'] as AuditAction, actor: String(row['actor']), atMs: Number(row['created_at']) }));
}

/** As the owner sees it. The time of a tombstone is not that of the key that it buried. */
export function describeRow({ kid, issuer, alg, status, source, createdAtMs }: IdentityKeyRow): IdentityKeyInfo {
  return { kid, issuer, alg, status, source, created_at: source === 'api' ? new Date(createdAtMs).toISOString() : null };
}

function fromRow(row: Row): IdentityKeyRow {
  return {
    agent: String(row['agent']),
    kid: String(row['kid']),
    source: row['source'] as IdentityKeySourceKind,
    issuer: String(row['issuer']),
    alg: row['alg'] as IdentityAlg,
    jwk: row['jwk'] as string | null,
    thumbprint: row['thumbprint'] as string | null,
    status: row['status'] as IdentityKeyStatus,
    retiredAtMs: row['retired_at'] as number | null,
    createdAtMs: Number(row['created_at']),
  };
}
