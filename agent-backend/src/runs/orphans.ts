import type { RunEvent } from '@familiar/protocol';
import type { Clock } from '../identity/clock.ts';
import type { Row, Sql, Store } from '../store/store.ts';
import { type Ending, writeEnd } from './end-run.ts';
import type { EventBus } from './event-bus.ts';
import { type RunRef, refValues } from './run-ref.ts';
import { insertEvents, readEvents, type StoredEvent } from './stored-event.ts';

export interface OrphanDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly bus: EventBus;
}

interface RunRow extends Row {
  readonly agent: string;
  readonly instance: string;
  readonly session: string;
  readonly run: string;
  readonly lease_until: number;
}

/** A run that is not running here: its lease as it was seen, to be ended only if nobody has renewed it since. */
export interface Orphan {
  readonly ref: RunRef;
  readonly leaseUntilMs: number;
}

/** A run as it is now, wherever it runs. */
export async function findRun(sql: Sql, ref: RunRef): Promise<{ status: string; owner: string; lease_until: number } | undefined> {
  const [row] = await sql.rows<{ status: string; owner: string; lease_until: number }>(
    'SELECT status, owner, lease_until FROM runs WHERE agent = $1 AND instance = $2 AND session = $3 AND run = $4',
    [...refValues(ref), ref.run],
  );
  return row;
}

/** Running runs whose lease ended before `beforeMs`; all of them with `Infinity`. */
export async function findOrphans(sql: Sql, beforeMs: number): Promise<Orphan[]> {
  const rows = await sql.rows<RunRow>(
    `SELECT agent, instance, session, run, lease_until FROM runs WHERE status = 'running' AND lease_until < $1 ORDER BY lease_until LIMIT 500`,
    [Math.min(beforeMs, Number.MAX_SAFE_INTEGER)],
  );
  return rows.map((row) => ({
    ref: { scope: { agent: row.agent, instance: row.instance }, session: row.session, run: row.run },
    leaseUntilMs: row.lease_until,
  }));
}

/**
 * Ends a run from outside, never running it again: what it said is rebuilt from its events and stored.
 * False if it had ended, or its lease was renewed, in the meantime.
 */
export async function endOrphan(deps: OrphanDeps, orphan: Orphan, ending: Ending): Promise<boolean> {
  const stored = await deps.store.transaction((sql) => end(sql, orphan, { ending, nowMs: deps.clock() }));
  if (stored === null) return false;
  deps.bus.publish(orphan.ref, stored);
  return true;
}

interface EndOptions {
  readonly ending: Ending;
  readonly nowMs: number;
}

async function end(sql: Sql, { ref, leaseUntilMs }: Orphan, { ending, nowMs }: EndOptions): Promise<StoredEvent[] | null> {
  const taken = await sql.run(
    `UPDATE runs SET owner = 'ended' WHERE agent = $1 AND instance = $2 AND session = $3 AND run = $4 AND status = 'running' AND lease_until = $5`,
    [...refValues(ref), ref.run, leaseUntilMs],
  );
  if (taken === 0) return null;
  const said = await rebuild(sql, ref);
  const last = await writeEnd(sql, { ref, ending, answer: said.answer, usage: [], nowMs });
  const events = [...said.closing, ...last];
  return insertEvents(sql, { session: ref, stream: ref.run, firstSeq: said.lastSeq + 1, events, nowMs });
}

interface Said {
  readonly lastSeq: number;
  readonly answer: { readonly id: string; readonly text: string } | null;
  /** What ends a message that was left open. */
  readonly closing: readonly RunEvent[];
}

async function rebuild(sql: Sql, ref: RunRef): Promise<Said> {
  const stored = await readEvents(sql, { session: ref, stream: ref.run, afterPos: 0, limit: Number.MAX_SAFE_INTEGER });
  let id: string | null = null;
  let text = '';
  let isOpen = false;
  for (const { data } of stored) {
    const event = JSON.parse(data) as RunEvent;
    if (event.type === 'TEXT_MESSAGE_START') [id, isOpen] = [event.messageId, true];
    if (event.type === 'TEXT_MESSAGE_CONTENT') text += event.delta;
    if (event.type === 'TEXT_MESSAGE_END') isOpen = false;
  }
  return {
    lastSeq: stored.at(-1)?.seq ?? 0,
    answer: id === null ? null : { id, text },
    closing: id !== null && isOpen ? [{ type: 'TEXT_MESSAGE_END', messageId: id }] : [],
  };
}
