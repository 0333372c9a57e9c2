import type { InstanceKind, InstanceRef } from '@familiar/protocol';
import type { Scope } from '../identity/principal.ts';
import { buryInstance, checkNotBuried } from '../instance/tombstones.ts';
import type { Sql } from '../store/store.ts';
import { type SessionRow, toInstance } from './rows.ts';

export interface NewInstance {
  readonly kind: InstanceKind;
  /** Only for a shared instance. */
  readonly instanceName?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Rows erased, by table. */
export type Receipt = Readonly<Record<(typeof TABLES)[number], number>>;

/** Children first. Every table that has an instance's rows stands here. */
const TABLES = ['memories', 'events', 'interrupts', 'messages', 'runs', 'sessions', 'participants', 'claims', 'instances'] as const;

/**
 * Makes the instance's row, or notes that it was seen. Only a new session or a secret key calls this (R12).
 * Call it in a transaction. Throws `IdentityError` `session_token_revoked` for an instance that is buried.
 */
export async function ensureInstance(sql: Sql, scope: Scope, { kind, instanceName, now }: NewInstance): Promise<void> {
  await checkNotBuried(sql, scope);
  await sql.run(
    `INSERT INTO instances (agent, instance, kind, name, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $5)
     ON CONFLICT (agent, instance) DO UPDATE SET seen_at = excluded.seen_at`,
    [scope.agent, scope.instance, kind, instanceName ?? null, now],
  );
}

/** The instance, or `null` if nothing has made it yet. */
export async function getInstance(sql: Sql, scope: Scope): Promise<InstanceRef | null> {
  const [row] = await sql.rows<Pick<SessionRow, 'instance' | 'kind' | 'name'>>(
    'SELECT instance, kind, name FROM instances WHERE agent = $1 AND instance = $2',
    [scope.agent, scope.instance],
  );
  return row ? toInstance(row) : null;
}

/**
 * Erases the instance and all that was derived from it, also what a claim left behind in the anonymous instance that it
 * took from. Call it in a transaction. Erasing nothing is no error.
 */
export async function eraseInstance(tx: Sql, scope: Scope): Promise<Receipt> {
  const receipt = await eraseRows(tx, scope);
  const { sources, ...own } = receipt;
  for (const source of sources) {
    const { sources: _none, ...left } = await eraseRows(tx, { agent: scope.agent, instance: source });
    for (const table of TABLES) own[table] += left[table];
  }
  return own;
}

type Counts = Record<(typeof TABLES)[number], number>;

async function eraseRows(tx: Sql, scope: Scope): Promise<Counts & { readonly sources: readonly string[] }> {
  const key = [scope.agent, scope.instance];
  const claims = await tx.rows<{ source: string }>('SELECT source FROM claims WHERE agent = $1 AND instance = $2', key);
  const counts: Counts = {
    memories: 0,
    events: 0,
    interrupts: 0,
    messages: 0,
    runs: 0,
    sessions: 0,
    participants: 0,
    claims: 0,
    instances: 0,
  };
  for (const table of TABLES) counts[table] = await tx.run(`DELETE FROM ${table} WHERE agent = $1 AND instance = $2`, key);
  return { ...counts, sources: claims.map(({ source }) => source) };
}

export interface InstanceEnd {
  readonly kind: InstanceKind;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Erases the instance; an ephemeral one for good: no token of it opens or makes anything any more. Call it in a transaction. */
export async function endInstance(tx: Sql, scope: Scope, { kind, now }: InstanceEnd): Promise<Receipt> {
  if (kind === 'ephemeral') await buryInstance(tx, scope, { reason: 'ended', now });
  return eraseInstance(tx, scope);
}

export interface IdleEnd extends InstanceEnd {
  /** Milliseconds since 1970. */
  readonly seenBefore: number;
}

/** Ends an instance if nobody used it since `seenBefore`, as it stands in this transaction; false if somebody did. */
export async function endIdleInstance(tx: Sql, scope: Scope, { kind, now, seenBefore }: IdleEnd): Promise<boolean> {
  const values = [scope.agent, scope.instance, kind, seenBefore];
  const idle = await tx.rows('SELECT instance FROM instances WHERE agent = $1 AND instance = $2 AND kind = $3 AND seen_at < $4', values);
  if (idle.length === 0) return false;
  await endInstance(tx, scope, { kind, now });
  return true;
}

/** Erases what claims left behind in buried instances, once nobody can undo them; at most 100. Returns how many there were. */
export async function eraseRemains(tx: Sql, now: number): Promise<number> {
  const due = await tx.rows<{ agent: string; instance: string }>(
    'SELECT agent, instance FROM tombstones WHERE erase_at <= $1 ORDER BY erase_at LIMIT 100',
    [now],
  );
  for (const scope of due) {
    await eraseInstance(tx, scope);
    await tx.run('UPDATE tombstones SET erase_at = NULL WHERE agent = $1 AND instance = $2', [scope.agent, scope.instance]);
  }
  return due.length;
}

/** Instances of a kind that nobody has used since `seenBefore` (milliseconds since 1970), at most `limit`, for erasing. */
export async function listIdleInstances(
  sql: Sql,
  { kind, seenBefore, limit }: { readonly kind: InstanceKind; readonly seenBefore: number; readonly limit: number },
): Promise<Scope[]> {
  return sql.rows<{ agent: string; instance: string }>(
    'SELECT agent, instance FROM instances WHERE kind = $1 AND seen_at < $2 ORDER BY seen_at LIMIT $3',
    [kind, seenBefore, limit],
  );
}
