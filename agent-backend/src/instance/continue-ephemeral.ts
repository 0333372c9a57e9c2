import { LIMITS } from '@familiar/protocol';
import type { Holder } from '../identity/anonymous-secret.ts';
import { bearerToken } from '../identity/bearer.ts';
import type { Clock } from '../identity/clock.ts';
import { IdentityError } from '../identity/identity-error.ts';
import type { ParticipantPrincipal, Scope } from '../identity/principal.ts';
import type { SessionTokens } from '../identity/session-token.ts';
import type { Store } from '../store/store.ts';
import type { Resolved } from './resolve.ts';
import { isBuried } from './tombstones.ts';

export interface ContinueDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly sessionTokens: SessionTokens;
}

export interface Continuation {
  /** The `Authorization` header of the mint. */
  readonly authorization: string | null;
  readonly holder: Holder;
  /** What the mint would open afresh. */
  readonly resolved: Resolved;
  readonly agent: string;
}

/**
 * Renewing a token of an ephemeral session goes on with it; every other mint of that kind starts afresh. The old token may
 * have expired for as long as the session may idle, so that a laptop that slept goes on: it opens nothing by itself, but
 * with a new proof by the same browser, which the mint has checked, it still names what that browser had open.
 */
export async function continueEphemeral(deps: ContinueDeps, continuation: Continuation): Promise<Resolved> {
  const { authorization, resolved, holder, agent } = continuation;
  const token = bearerToken(authorization);
  if (resolved.instance.kind !== 'ephemeral' || token === null) return resolved;
  const current = await readCurrent(deps, token);
  if (current === null) return resolved;
  const { level, id } = resolved.participant;
  const isSameVisitor = current.participant.level === level && (level === 'ephemeral' || current.participant.id === id);
  const isSameBrowser = current.agent === agent && current.holder === holder.holder;
  if (!isSameBrowser || !isSameVisitor || current.instance.kind !== 'ephemeral') return resolved;
  if (!(await wake(deps, { agent, instance: current.instance.id }))) return resolved;
  const participant = level === 'ephemeral' ? current.participant : resolved.participant;
  return { participant, instance: current.instance };
}

/** Notes that it is in use, which makes nothing new (R12); false if it is over, or idled for too long to go on. */
async function wake({ store, clock }: ContinueDeps, scope: Scope): Promise<boolean> {
  const now = clock();
  const key = [scope.agent, scope.instance];
  const woken = await store.run('UPDATE instances SET seen_at = $3 WHERE agent = $1 AND instance = $2 AND seen_at > $4', [
    ...key,
    now,
    now - LIMITS.ephemeralIdleMs,
  ]);
  if (woken > 0) return true;
  // Without a row nothing was ever said in it: going on with it and starting afresh are the same.
  const rows = await store.rows('SELECT instance FROM instances WHERE agent = $1 AND instance = $2', key);
  return rows.length === 0 && !(await isBuried(store, scope));
}

async function readCurrent(deps: ContinueDeps, token: string): Promise<ParticipantPrincipal | null> {
  try {
    return await deps.sessionTokens.verify(token, { graceMs: LIMITS.ephemeralIdleMs });
  } catch (error) {
    // Expired for long, or revoked: it opens nothing any more, and a visitor who is not remembered can always start afresh.
    if (error instanceof IdentityError) return null;
    throw error;
  }
}
