import { LIMITS, type MessagePage } from '@familiar/protocol';
import { z } from 'zod';
import { IdentityError } from '../../identity/identity-error.ts';
import { resolveServerCall } from '../../instance/server-instance.ts';
import { listInterrupts, writeSessionEvent } from '../../runs/index.ts';
import { createSession, deleteSession, endInstance, getSession, listMessages, listSessions, renameSession } from '../../sessions/index.ts';
import { scrub } from '../../store/scrub.ts';
import { MESSAGE_PAGE } from '../answer-schemas.ts';
import { notFound } from '../problem.ts';
import { type Call, empty, json, type Route, WHOSE, withBody } from '../route.ts';
import { takeSession } from '../session-limits.ts';
import { freshPart, principalOf, type Subject, subjectOf, toSubject } from '../subject.ts';

const BOTH = ['session', 'secret'] as const;

const METADATA = z
  .record(z.string().max(100), z.unknown())
  .refine((metadata) => Object.keys(metadata).length <= LIMITS.metadataKeys, `metadata has at most ${LIMITS.metadataKeys} keys.`);
const NEW_SESSION = z.object({ metadata: METADATA.optional(), title: z.string().trim().min(1).max(200).optional() });
const RENAME = z.object({ title: z.string().trim().min(1).max(200) });

export const SESSION_ROUTES: readonly Route[] = [
  withBody({
    method: 'POST',
    path: '/v1/sessions',
    summary: `Begins a conversation. With a secret key, metadata.end_user_id (alias user_id) names the user. Whom nobody vouches for begins ${LIMITS.anonymousSessionBurst} at once and ${LIMITS.anonymousSessionsPerHour} an hour, unless the agent says otherwise.`,
    credentials: BOTH,
    body: NEW_SESSION,
    handle: create,
  }),
  {
    method: 'GET',
    path: '/v1/sessions',
    summary: 'The conversations, the last used first; q= searches.',
    credentials: BOTH,
    query: [...WHOSE, 'limit', 'before', 'q'],
    handle: list,
  },
  { method: 'GET', path: '/v1/sessions/:id', summary: 'One conversation.', credentials: BOTH, query: WHOSE, handle: read },
  withBody({
    method: 'PATCH',
    path: '/v1/sessions/:id',
    summary: 'Renames it.',
    credentials: BOTH,
    query: WHOSE,
    body: RENAME,
    handle: rename,
  }),
  {
    method: 'DELETE',
    path: '/v1/sessions/:id',
    summary: 'Deletes it; with it all of an ephemeral instance.',
    credentials: BOTH,
    query: WHOSE,
    handle: remove,
  },
  {
    method: 'GET',
    path: '/v1/sessions/:id/messages',
    summary: 'The last messages, oldest first; next_cursor goes into before=. With what the newest run waits for.',
    credentials: BOTH,
    query: [...WHOSE, 'limit', 'before'],
    result: MESSAGE_PAGE,
    handle: messages,
  },
];

type Metadata = Readonly<Record<string, unknown>>;

async function create(call: Call<z.output<typeof NEW_SESSION>>): Promise<Response> {
  const { metadata = {}, title } = call.body;
  const subject = subjectOfMetadata(call, metadata);
  const { scope, instance, participant } = subject;
  takeSession(call, subject);
  const options = { kind: instance.kind, participant, instanceName: instance.name, now: call.services.clock(), title };
  const kept = principalOf(call).kind === 'server' ? metadata : withoutIdentity(metadata);
  return json(await call.services.store.transaction((tx) => createSession(tx, scope, { ...options, metadata: kept })), 201);
}

/** A page's token says who it is; what metadata says beside it must agree (R7). A server says it in the metadata. */
function subjectOfMetadata(call: Call, metadata: Metadata): Subject {
  const principal = principalOf(call);
  const { end_user_id: endUserId, user_id: userId, instance } = metadata;
  if (principal.kind === 'server') {
    return toSubject(principal.agent, resolveServerCall({ agent: principal.agent, endUserId, userId, instance, freshPart: freshPart() }));
  }
  if (endUserId !== undefined && userId !== undefined && endUserId !== userId)
    throw new IdentityError('conflicting_ids', 'end_user_id and its alias user_id differ. Send one of them.');
  const id = endUserId ?? userId;
  if (id !== undefined && id !== principal.participant.id)
    throw new IdentityError('identity_mismatch', 'The session token says who this is. Leave end_user_id and user_id out.');
  return toSubject(principal.agent, principal);
}

function withoutIdentity(metadata: Metadata): Metadata {
  const { end_user_id: _endUserId, user_id: _userId, instance: _instance, ...rest } = metadata;
  return rest;
}

async function list(call: Call): Promise<Response> {
  const { scope } = await subjectOf(call);
  const { searchParams } = call.url;
  const page = { limit: limitOf(call), before: searchParams.get('before'), query: searchParams.get('q') };
  return json(await listSessions(call.services.store, scope, page));
}

function limitOf(call: Call): number | undefined {
  const limit = call.url.searchParams.get('limit');
  return limit === null ? undefined : Number(limit);
}

async function read(call: Call): Promise<Response> {
  const { scope } = await subjectOf(call);
  return json((await getSession(call.services.store, scope, sessionId(call))) ?? orNotFound());
}

async function messages(call: Call): Promise<Response> {
  const { scope, participant } = await subjectOf(call);
  const { store, clock } = call.services;
  const session = sessionId(call);
  const page = await listMessages(store, scope, { session, limit: limitOf(call), before: call.url.searchParams.get('before') });
  if (page === null) throw notFound();
  // After the page: what begins to wait in between is then told twice, here and after its cursor, rather than never.
  const interrupts = await listInterrupts(store, { session: { scope, session }, participant, nowMs: clock() });
  return json({ ...page, interrupts } satisfies MessagePage);
}

async function rename(call: Call<z.output<typeof RENAME>>): Promise<Response> {
  const { scope } = await subjectOf(call);
  const { store, clock, engine } = call.services;
  const session = { scope, session: sessionId(call) };
  const { title } = call.body;
  const event = { type: 'CUSTOM', name: 'session_renamed', value: { title } } as const;
  const stored = await store.transaction(async (tx) => {
    if ((await renameSession(tx, scope, { session: session.session, title })) === null) return orNotFound();
    return writeSessionEvent(tx, { session, event, nowMs: clock() });
  });
  engine.bus.publish(session, stored);
  return json((await getSession(store, scope, session.session)) ?? orNotFound());
}

async function remove(call: Call): Promise<Response> {
  const { scope, instance } = await subjectOf(call);
  const { store, engine, clock } = call.services;
  const session = sessionId(call);
  const isDeleted = await store.transaction(async (tx) => {
    const isThere = await deleteSession(tx, scope, { session });
    // Nothing of an ephemeral instance outlives its session (R5).
    if (isThere && instance.kind === 'ephemeral') await endInstance(tx, scope, { kind: instance.kind, now: clock() });
    return isThere;
  });
  if (!isDeleted) throw notFound();
  engine.forget(instance.kind === 'ephemeral' ? { scope } : { scope, session });
  if (instance.kind === 'ephemeral') await scrub(store);
  return empty();
}

export function sessionId(call: Call): string {
  return call.params['id'] ?? '';
}

function orNotFound(): never {
  throw notFound();
}
