import type { RunEvent } from '@familiar/protocol';
import type { Sql } from '../store/store.ts';
import type { SessionRef } from './run-ref.ts';
import { insertEvents, type StoredEvent } from './stored-event.ts';

export interface SessionEvent {
  readonly session: SessionRef;
  readonly event: RunEvent;
  readonly nowMs: number;
}

/** Writes what happened in a session outside any run. Call it in the transaction of what happened, and publish it after. */
export async function writeSessionEvent(sql: Sql, { session, event, nowMs }: SessionEvent): Promise<readonly StoredEvent[]> {
  const stored = await insertEvents(sql, { session, stream: session.session, firstSeq: null, events: [event], nowMs });
  return stored ?? [];
}
