import { forgetFact, listFacts } from '../../memory/index.ts';
import { eraseInstance } from '../../sessions/index.ts';
import { HttpProblem, notFound } from '../problem.ts';
import { type Call, empty, json, type Route } from '../route.ts';
import { subjectOf } from '../subject.ts';

const SESSION = ['session'] as const;

/** What the agent remembers of whoever asks. */
export const INSTANCE_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/v1/instance', summary: 'Who I am here.', credentials: SESSION, handle: read },
  { method: 'DELETE', path: '/v1/instance', summary: 'Erases all of it; answers with a receipt.', credentials: SESSION, handle: erase },
  { method: 'GET', path: '/v1/instance/memories', summary: 'What the agent remembers of me.', credentials: SESSION, handle: list },
  { method: 'DELETE', path: '/v1/instance/memories/:id', summary: 'Forgets one fact.', credentials: SESSION, handle: forget },
];

async function read(call: Call): Promise<Response> {
  const { instance, participant, scope } = await subjectOf(call);
  const facts = await listFacts(call.services.store, scope);
  return json({ ...instance, participant, memory_count: facts.length });
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
  const { scope, instance } = await subjectOf(call);
  const { store, engine, clock } = call.services;
  // One participant must not erase what others said.
  if (instance.kind === 'shared')
    throw new HttpProblem('unprocessable', 'Several people share this instance. Only the owner can erase it.');
  const erased = await store.transaction((tx) => eraseInstance(tx, scope));
  engine.forget({ scope });
  return json({ instance: instance.id, erased_at: new Date(clock()).toISOString(), erased });
}
