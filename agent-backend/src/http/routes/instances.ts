import { type InstanceRef, type Level, LEVELS, parseId } from '@familiar/protocol';
import { IdentityError } from '../../identity/identity-error.ts';
import type { Scope } from '../../identity/principal.ts';
import { instanceId } from '../../instance/instance-id.ts';
import { listParticipants, readmitParticipant, removeParticipant } from '../../instance/participants.ts';
import { getInstance } from '../../sessions/index.ts';
import { HttpProblem, notFound } from '../problem.ts';
import { type Call, empty, json, type Route } from '../route.ts';
import { principalOf } from '../subject.ts';
import { eraseWhole, exportInstance } from './instance.ts';

const SECRET = ['secret'] as const;
const PARTICIPANT = '/v1/instances/:id/participants/:level/:participant';

/** The owner's side of instances. */
export const INSTANCES_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/instances',
    summary: 'The shared instance of ?name=, if it is there.',
    credentials: SECRET,
    query: ['name'],
    handle: find,
  },
  {
    method: 'GET',
    path: '/v1/instances/:id',
    summary: 'One instance; a shared one with its participants.',
    credentials: SECRET,
    handle: read,
  },
  { method: 'GET', path: '/v1/instances/:id/export', summary: 'All of it as JSON.', credentials: SECRET, handle: exportWhole },
  { method: 'DELETE', path: '/v1/instances/:id', summary: 'Erases it; answers with a receipt.', credentials: SECRET, handle: erase },
  {
    method: 'DELETE',
    path: PARTICIPANT,
    summary: 'Takes somebody out of a shared instance; their words stay.',
    credentials: SECRET,
    handle: remove,
  },
  { method: 'PUT', path: PARTICIPANT, summary: 'Lets somebody who was removed back in.', credentials: SECRET, handle: readmit },
];

async function find(call: Call): Promise<Response> {
  const name = call.url.searchParams.get('name');
  if (name === null) throw new HttpProblem('malformed_request', 'Name the shared instance as ?name=.');
  const parsed = parseId(name);
  if (parsed.kind === 'refused') throw new IdentityError(parsed.code, `name: ${parsed.detail}`);
  if (parsed.kind === 'ephemeral') return json({ data: [], next_cursor: null });
  const { agent } = principalOf(call);
  const instance = await describe(call, { agent, instance: instanceId({ agent, kind: 'shared', parts: [parsed.id] }) });
  return json({ data: instance === null ? [] : [instance], next_cursor: null });
}

async function read(call: Call): Promise<Response> {
  const instance = await describe(call, scopeOf(call));
  if (instance === null) throw notFound();
  return json(instance);
}

async function describe({ services }: Call, scope: Scope) {
  const instance = await getInstance(services.store, scope);
  if (instance?.kind !== 'shared') return instance;
  return { ...instance, participants: await listParticipants(services.store, scope) };
}

async function exportWhole(call: Call): Promise<Response> {
  return json(await exportInstance(call, await existing(call), null));
}

async function erase(call: Call): Promise<Response> {
  return json(await eraseWhole(call, await existing(call)));
}

async function existing(call: Call): Promise<InstanceRef> {
  const instance = await getInstance(call.services.store, scopeOf(call));
  if (instance === null) throw notFound();
  return instance;
}

async function remove(call: Call): Promise<Response> {
  const { store, clock } = call.services;
  const removal = { participant: participantOf(call), now: clock() };
  const isRemoved = await store.transaction((tx) => removeParticipant(tx, scopeOf(call), removal));
  if (!isRemoved) throw notFound();
  return empty();
}

async function readmit(call: Call): Promise<Response> {
  if (!(await readmitParticipant(call.services.store, scopeOf(call), participantOf(call)))) throw notFound();
  return empty();
}

function scopeOf(call: Call): Scope {
  return { agent: principalOf(call).agent, instance: call.params['id'] ?? '' };
}

/** The same check as where ids come in (R3 to R5): what nobody can be called is not looked for. */
function participantOf({ params }: Call): { readonly level: Level; readonly id: string } {
  const level = LEVELS.find((one) => one === params['level']);
  if (level === undefined) throw notFound();
  const id = params['participant'] ?? '';
  // An anonymous id is made here, with a prefix that is reserved for it.
  const prefix = level === 'anonymous' && id.startsWith('anon_') ? 'anon_' : '';
  const parsed = parseId(id.slice(prefix.length));
  if (parsed.kind === 'refused') throw new IdentityError(parsed.code, `participant: ${parsed.detail}`);
  if (parsed.kind === 'ephemeral')
    throw new IdentityError('reserved_id', 'participant: "ephemeral" is reserved, and nobody in a shared instance is called so.');
  return { level, id };
}
