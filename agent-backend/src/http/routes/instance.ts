import type { InstanceRef, Participant } from '@familiar/protocol';
import { isSameParticipant, listParticipants } from '../../instance/participants.ts';
import { forgetFact, listFacts } from '../../memory/index.ts';
import { endInstance, exportSessions, listRunning, redactParticipant } from '../../sessions/index.ts';
import { scrub } from '../../store/scrub.ts';
import { notFound } from '../problem.ts';
import { type Call, empty, json, type Route } from '../route.ts';
import { type Subject, subjectOf } from '../subject.ts';

const SESSION = ['session'] as const;

/** What the agent remembers of whoever asks. */
export const INSTANCE_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/v1/instance', summary: 'Who I am here, and with whom.', credentials: SESSION, handle: read },
  {
    method: 'DELETE',
    path: '/v1/instance',
    summary: 'Erases all of it, or my own words in a shared one; answers with a receipt that counts rows by table.',
    credentials: SESSION,
    handle: erase,
  },
  {
    method: 'GET',
    path: '/v1/instance/export',
    summary: 'All of it as JSON; in a shared one, my own words.',
    credentials: SESSION,
    handle: exportOwn,
  },
  { method: 'GET', path: '/v1/instance/memories', summary: 'What the agent remembers of me.', credentials: SESSION, handle: list },
  { method: 'DELETE', path: '/v1/instance/memories/:id', summary: 'Forgets one fact.', credentials: SESSION, handle: forget },
];

async function read(call: Call): Promise<Response> {
  const { instance, participant, scope } = await subjectOf(call);
  const { store } = call.services;
  const facts = await listFacts(store, scope);
  const participants = instance.kind === 'shared' ? { participants: await listParticipants(store, scope) } : {};
  return json({ ...instance, ...participants, participant, memory_count: facts.length });
}

async function list(call: Call): Promise<Response> {
  const { scope } = await subjectOf(call);
  return json({ data: await listFacts(call.services.store, scope), next_cursor: null });
}

async function forget(call: Call): Promise<Response> {
  const { scope } = await subjectOf(call);
  if (!(await forgetFact(call.services.store, scope, call.params['id'] ?? ''))) throw notFound();
  return empty();
}

async function erase(call: Call): Promise<Response> {
  const subject = await subjectOf(call);
  return json(await eraseSubject(call, subject));
}

/** One participant erases what they said; what others said is not theirs. */
async function eraseSubject(call: Call, { scope, instance, participant }: Subject): Promise<unknown> {
  const { store, engine, clock } = call.services;
  const now = clock();
  if (instance.kind !== 'shared') return eraseWhole(call, instance);
  // First, so that an answer in the making neither quotes them later nor leaves its session waiting.
  for (const run of await listRunning(store, scope, participant)) await engine.cancel({ scope, ...run });
  const erased = await store.transaction((tx) => redactParticipant(tx, scope, participant));
  await scrub(store);
  return { instance: instance.id, erased_at: new Date(now).toISOString(), erased };
}

/** Erases an instance with all that came of it. */
export async function eraseWhole(call: Call, instance: InstanceRef): Promise<unknown> {
  const { store, engine, clock } = call.services;
  const now = clock();
  const scope = { agent: call.principal?.agent ?? '', instance: instance.id };
  const erased = await store.transaction((tx) => endInstance(tx, scope, { kind: instance.kind, now }));
  engine.forget({ scope });
  await scrub(store);
  return { instance: instance.id, erased_at: new Date(now).toISOString(), erased };
}

async function exportOwn(call: Call): Promise<Response> {
  const { instance, participant } = await subjectOf(call);
  return json(await exportInstance(call, instance, participant));
}

/** `only`: of a shared instance, this participant's own words alone. */
export async function exportInstance(call: Call, instance: InstanceRef, only: Participant | null): Promise<unknown> {
  const { store, clock } = call.services;
  const scope = { agent: call.principal?.agent ?? '', instance: instance.id };
  const one = instance.kind === 'shared' ? only : null;
  const content = await store.transaction(async (tx) => ({
    sessions: await exportSessions(tx, scope, { only: one ?? undefined }),
    memories: await listFacts(tx, scope),
    participants: instance.kind === 'shared' && one === null ? await listParticipants(tx, scope) : undefined,
  }));
  const isMine = (participant: Participant | null) => one === null || (participant !== null && isSameParticipant(participant, one));
  const memories = content.memories.filter(({ participant }) => isMine(participant));
  return {
    agent: scope.agent,
    instance,
    participant: only ?? undefined,
    exported_at: new Date(clock()).toISOString(),
    ...content,
    memories,
  };
}
