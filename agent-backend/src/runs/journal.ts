import type { RunEvent } from '@familiar/protocol';
import type { Clock } from '../identity/clock.ts';
import { type Sql, type Store, StoreError } from '../store/store.ts';
import type { EventBus } from './event-bus.ts';
import { type RunRef, refKey, refValues } from './run-ref.ts';
import { insertEvents, readEvents, type StoredEvent } from './stored-event.ts';

export interface JournalDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly bus: EventBus;
  /** Who owns the runs of this process. */
  readonly owner: string;
  /** Milliseconds before each further try of a write that failed. Default 50, 200, 1,000 and 3,000. */
  readonly retryMs?: readonly number[];
}

/** Writes the last rows of a run within the transaction of its last events, and gives those. May be called again on a retry. */
export type LastWork = (sql: Sql) => Promise<readonly RunEvent[]>;

/** One run's way into the journal. */
export interface RunLog {
  /** Returns at once; the event is durable within 25 ms, and only then seen by readers. */
  append(event: RunEvent): void;
  /**
   * Writes what is pending and the end of the run in one transaction. `gone`: it was not ours to end any more. Rejects with
   * `StoreError` if the store would not take it, or has failed this run before.
   */
  finish(work: LastWork): Promise<'written' | 'gone'>;
  /** Nothing is written any more. */
  drop(): void;
}

export interface OpenRun {
  readonly ref: RunRef;
  /** Events that the start of the run has written. */
  readonly lastSeq: number;
  /** Called once: the run belongs to another process now, its session is gone, or the store failed for good. */
  readonly onLost: (reason: LostReason) => void;
}

export type LostReason = 'taken' | 'store';

export interface Journal {
  open(run: OpenRun): RunLog;
  /** Writes everything that is pending. */
  flush(): Promise<void>;
}

interface Pending {
  readonly run: OpenRun;
  readonly key: string;
  lastSeq: number;
  events: RunEvent[];
  last: { readonly work: LastWork; readonly done: (how: 'written' | 'gone') => void; readonly failed: (error: unknown) => void } | null;
  isDropped: boolean;
  failure: { readonly error: unknown } | null;
  hasWritten: boolean;
}

const WINDOW_MS = 25;
const RETRY_MS = [50, 200, 1000, 3000];

/**
 * Group commit: the pending events of all runs go into one transaction at most every 25 ms, the first of a run at once.
 * Events reach readers after the commit alone, so that nobody has seen what a crash can take.
 */
export function createJournal(deps: JournalDeps): Journal {
  const pending = new Map<string, Pending>();
  let timer: NodeJS.Timeout | undefined;
  let tail: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    tail = tail.then(() => writeAll(deps, pending));
    return tail;
  };
  const schedule = (run: Pending): void => {
    pending.set(run.key, run);
    timer ??= setTimeout(() => void flush(), run.hasWritten ? WINDOW_MS : 0);
  };
  return {
    flush,
    open(run) {
      const entry: Pending = {
        run,
        key: refKey(run.ref),
        lastSeq: run.lastSeq,
        events: [],
        last: null,
        isDropped: false,
        failure: null,
        hasWritten: false,
      };
      return {
        append(event) {
          if (entry.isDropped || entry.last !== null) return;
          addCoalesced(entry.events, event);
          schedule(entry);
        },
        finish: (work) =>
          new Promise((done, failed) => {
            if (entry.failure !== null) return failed(entry.failure.error);
            entry.last = { work, done, failed };
            pending.set(entry.key, entry);
            void flush();
          }),
        drop() {
          entry.isDropped = true;
          // Somebody may be waiting for its end: that goes its way, and writes nothing.
          if (entry.last === null) pending.delete(entry.key);
        },
      };
    },
  };
}

/** Deltas of one message within one window become one event. */
function addCoalesced(events: RunEvent[], event: RunEvent): void {
  const previous = events.at(-1);
  const isMore =
    event.type === 'TEXT_MESSAGE_CONTENT' && previous?.type === 'TEXT_MESSAGE_CONTENT' && previous.messageId === event.messageId;
  if (isMore) events[events.length - 1] = { ...event, delta: previous.delta + event.delta };
  else events.push(event);
}

interface Batch {
  readonly entry: Pending;
  readonly events: readonly RunEvent[];
  readonly last: Pending['last'];
}

async function writeAll(deps: JournalDeps, pending: Map<string, Pending>): Promise<void> {
  // Sorted, so that two processes never wait for each other's session rows crosswise.
  const batches = [...pending.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).map(takeBatch);
  pending.clear();
  if (batches.length === 0) return;
  try {
    await writeTogether(deps, batches);
  } catch {
    // One bad run must not take the others along: each alone, with patience.
    for (const batch of batches) await writeAlone(deps, batch);
  }
}

function takeBatch(entry: Pending): Batch {
  const events = entry.events;
  entry.events = [];
  entry.hasWritten = true;
  return { entry, events, last: entry.last };
}

async function writeTogether(deps: JournalDeps, batches: readonly Batch[]): Promise<void> {
  const results = await deps.store.transaction(async (sql) => {
    const written: (readonly StoredEvent[] | null)[] = [];
    for (const batch of batches) written.push(await writeBatch(deps, sql, batch));
    return written;
  });
  results.forEach((stored, index) => {
    const batch = batches[index];
    if (batch !== undefined) settle(deps, batch, stored);
  });
}

async function writeAlone(deps: JournalDeps, batch: Batch): Promise<void> {
  for (const waitMs of [...(deps.retryMs ?? RETRY_MS), null]) {
    try {
      return await writeTogether(deps, [batch]);
    } catch (error) {
      if (waitMs === null || !isPassing(error)) return fail(batch, error);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof StoreError && (error.code === 'unavailable' || error.code === 'busy' || error.code === 'full');
}

/** `null`: the run is not ours any more, or its session is gone. */
async function writeBatch(deps: JournalDeps, sql: Sql, batch: Batch): Promise<readonly StoredEvent[] | null> {
  const { entry, events, last } = batch;
  const { ref } = entry.run;
  if (entry.isDropped) return null;
  // Also the fence: a process that was taken for dead writes nothing after it.
  const mine = await sql.run(
    `UPDATE runs SET last_seq = $5 WHERE agent = $1 AND instance = $2 AND session = $3 AND run = $4 AND status = 'running' AND owner = $6
     AND last_seq = $7`,
    [...refValues(ref), ref.run, entry.lastSeq + events.length, deps.owner, entry.lastSeq],
  );
  if (mine === 0) return readWritten(deps, sql, batch);
  const all = last === null ? events : [...events, ...(await last.work(sql))];
  return insertEvents(sql, { session: ref, stream: ref.run, firstSeq: entry.lastSeq + 1, events: all, nowMs: deps.clock() });
}

/** A commit may have reached the store and its answer not us: the events that a try before this one has written. */
async function readWritten({ owner }: JournalDeps, sql: Sql, { entry, events }: Batch): Promise<readonly StoredEvent[] | null> {
  const { ref } = entry.run;
  const mine = await sql.rows(
    `SELECT run FROM runs WHERE agent = $1 AND instance = $2 AND session = $3 AND run = $4 AND status = 'running' AND owner = $5 AND last_seq = $6`,
    [...refValues(ref), ref.run, owner, entry.lastSeq + events.length],
  );
  if (mine.length === 0) return null;
  const all = await readEvents(sql, { session: ref, stream: ref.run, afterPos: 0, limit: Number.MAX_SAFE_INTEGER });
  return all.filter(({ seq }) => seq > entry.lastSeq);
}

function settle(deps: JournalDeps, { entry, last }: Batch, stored: readonly StoredEvent[] | null): void {
  if (stored === null) {
    const isNews = !entry.isDropped;
    entry.isDropped = true;
    // It has ended without us: readers look for themselves. Unless it was the store, while this end was waiting for its turn.
    deps.bus.publish(entry.run.ref, []);
    if (entry.failure === null) last?.done('gone');
    else last?.failed(entry.failure.error);
    if (isNews) entry.run.onLost('taken');
    return;
  }
  entry.lastSeq += stored.length;
  deps.bus.publish(entry.run.ref, stored);
  last?.done('written');
}

function fail({ entry, last }: Batch, error: unknown): void {
  entry.isDropped = true;
  entry.failure = { error };
  last?.failed(error);
  entry.run.onLost('store');
}
