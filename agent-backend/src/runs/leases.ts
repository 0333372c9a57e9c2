import type { Store } from '../store/store.ts';
import { type RunRef, refValues } from './run-ref.ts';

export interface Lease {
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly leaseUntilMs: number;
}

/** Keeps the runs of this process from being taken for dead. */
export async function renewLeases(store: Store, runs: readonly RunRef[], { owner, leaseUntilMs }: Lease): Promise<void> {
  if (runs.length === 0) return;
  await store.transaction(async (sql) => {
    for (const ref of runs) {
      await sql.run(
        `UPDATE runs SET lease_until = $5 WHERE agent = $1 AND instance = $2 AND session = $3 AND run = $4 AND owner = $6 AND status = 'running'`,
        [...refValues(ref), ref.run, leaseUntilMs, owner],
      );
    }
  });
}
