import { LIMITS } from '@familiar/protocol';
import type { Store } from '../store/store.ts';

/** Removes events 10 minutes after the end of their run (contract §7); a reader with an older cursor gets `resume_gap`. */
export async function pruneEvents(store: Store, nowMs: number): Promise<number> {
  return store.run(
    `DELETE FROM events WHERE created_at < $1 AND NOT EXISTS (
       SELECT 1 FROM runs r WHERE r.agent = events.agent AND r.instance = events.instance AND r.session = events.session
       AND r.run = events.stream AND (r.ended_at IS NULL OR r.ended_at >= $1))`,
    [nowMs - LIMITS.eventRetentionMs],
  );
}
