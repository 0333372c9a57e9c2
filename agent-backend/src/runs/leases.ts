import type { Store } from '../store/store.ts';
import { type RunRef, refKey, refValues } from './run-ref.ts';

export interface Lease {
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly leaseUntilMs: number;
}

/** Keeps the runs of this process from being taken for dead. Returns those that are not its own any more, or have ended. */
export async function renewLeases(store: Store, runs: readonly RunRef[], { owner, leaseUntilMs }: Lease): Promise<RunRef[]> {
  if (runs.length === 0) return [];
  // In the journal's order: it locks the same rows, and each would wait for the other's.
  const sorted = runs.toSorted((a, b) => (refKey(a) < refKey(b) ? -1 : 1));
  return store.transaction(async (sql) => {
    const ended: RunRef[] = [];
    for (const ref of sorted) {
      const renewed = await sql.run(
        `UPDATE runs SET lease_until = $5 WHERE agent = $1 AND instance = $2 AND session = $3 AND run = $4 AND owner = $6 AND status = 'running'`,
        [...refValues(ref), ref.run, leaseUntilMs, owner],
      );
      if (renewed === 0) ended.push(ref);
    }
    return ended;
  });
}
