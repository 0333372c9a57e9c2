import { randomBytes } from 'node:crypto';
import type { InstanceRef, Participant } from '@familiar/protocol';
import type { Principal, Scope } from '../identity/principal.ts';
import { joinInstance } from '../instance/participants.ts';
import { resolveServerCall } from '../instance/server-instance.ts';
import { getInstance } from '../sessions/index.ts';
import { HttpProblem, notFound } from './problem.ts';
import type { Call } from './route.ts';

/** For whom a call speaks, and which rows it may touch. */
export interface Subject {
  readonly scope: Scope;
  readonly participant: Participant;
  readonly instance: InstanceRef;
}

export function principalOf(call: Call): Principal {
  if (call.principal !== null) return call.principal;
  throw new HttpProblem('missing_credential', 'Send "Authorization: Bearer" with a session token or a secret key.');
}

/**
 * A session token names its instance itself. A secret key names it in the query: `?end_user_id=` (alias `user_id`), with
 * `&instance=` for a shared one, or `?instance_id=inst_…` alone for one that was made ephemeral.
 * Whoever calls in a shared instance joins it.
 */
export async function subjectOf(call: Call): Promise<Subject> {
  const subject = await readSubject(call);
  const { scope, participant, instance } = subject;
  const { store, clock } = call.services;
  if (instance.kind === 'shared') await joinInstance(store, scope, { participant, now: clock() });
  return subject;
}

async function readSubject(call: Call): Promise<Subject> {
  const principal = principalOf(call);
  if (principal.kind === 'participant') return toSubject(principal.agent, principal);
  const query = (name: string) => call.url.searchParams.get(name) ?? undefined;
  const instanceId = query('instance_id');
  if (instanceId !== undefined) return ephemeralSubject(call, principal.agent, instanceId);
  const names = { endUserId: query('end_user_id'), userId: query('user_id'), instance: query('instance') };
  return toSubject(principal.agent, resolveServerCall({ agent: principal.agent, ...names, freshPart: freshPart() }));
}

/** 128 random bits. */
export function freshPart(): string {
  return randomBytes(16).toString('base64url');
}

export function toSubject(agent: string, { participant, instance }: Omit<Subject, 'scope'>): Subject {
  return { scope: { agent, instance: instance.id }, participant, instance };
}

async function ephemeralSubject(call: Call, agent: string, id: string): Promise<Subject> {
  const instance = await getInstance(call.services.store, { agent, instance: id });
  if (instance?.kind !== 'ephemeral') throw notFound();
  return toSubject(agent, { participant: { level: 'ephemeral', id }, instance });
}
