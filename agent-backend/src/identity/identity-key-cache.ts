import { type Store, StoreError } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { type IdentityKeyRow, readKeyRows } from './identity-key-rows.ts';

/**
 * Younger rows are used as they are. With the 3.5 s between two looks of an open stream, a revocation is seen everywhere
 * within 5 s.
 */
const FRESH_MS = 1000;
/** Older rows are never used: who may come in cannot be told then. */
const STALE_MS = 5000;

/** The stored keys as this process knows them. */
export interface IdentityKeyCache {
  /** `null` if there is no row. Rejects with `StoreError` if the store is away and what is known is older than 5 s. */
  find(agent: string, kid: string): Promise<IdentityKeyRow | null>;
  /** Forgets everything, also what is being read: the next `find` sees what has been written. */
  forget(): void;
}

type RowsByAgent = ReadonlyMap<string, ReadonlyMap<string, IdentityKeyRow>>;

interface Snapshot {
  readonly rows: RowsByAgent;
  /** When its reading began. */
  readonly atMs: number;
}

export function createIdentityKeyCache({ store, clock }: { readonly store: Store; readonly clock: Clock }): IdentityKeyCache {
  let snapshot: Snapshot | null = null;
  let pending: Promise<void> | null = null;
  let generation = 0;

  const isYounger = (ms: number): boolean => {
    const age = snapshot === null ? Infinity : clock() - snapshot.atMs;
    // A clock that was set back says nothing about the age.
    return age >= 0 && age < ms;
  };
  /** One reading at a time; one that was forgotten meanwhile leaves no trace. */
  const load = (): Promise<void> => {
    if (pending !== null) return pending;
    const atMs = clock();
    const asked = generation;
    const reading = async (): Promise<void> => {
      try {
        const rows = byAgent(await readKeyRows(store));
        if (asked === generation) snapshot = { rows, atMs };
      } finally {
        if (asked === generation) pending = null;
      }
    };
    return (pending = reading());
  };
  const read = async (): Promise<RowsByAgent> => {
    if (snapshot !== null && isYounger(FRESH_MS)) return snapshot.rows;
    const asked = generation;
    await load().catch((error: unknown) => {
      if (!(error instanceof StoreError && isYounger(STALE_MS))) throw error;
    });
    if (asked !== generation) return read();
    if (snapshot === null || !isYounger(STALE_MS)) throw new StoreError('unavailable', 'The identity keys cannot be read.');
    return snapshot.rows;
  };
  return {
    find: async (agent, kid) => (await read()).get(agent)?.get(kid) ?? null,
    forget() {
      snapshot = null;
      pending = null;
      generation += 1;
    },
  };
}

function byAgent(rows: readonly IdentityKeyRow[]): RowsByAgent {
  const agents = new Map<string, Map<string, IdentityKeyRow>>();
  for (const row of rows) {
    const keys = agents.get(row.agent) ?? new Map<string, IdentityKeyRow>();
    agents.set(row.agent, keys.set(row.kid, row));
  }
  return agents;
}
