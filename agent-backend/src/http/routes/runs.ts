import { LIMITS } from '@familiar/protocol';
import { z } from 'zod';
import type { Principal } from '../../identity/principal.ts';
import type { RunRequest, Started, UserMessage } from '../../runs/index.ts';
import { createSession, getSession } from '../../sessions/index.ts';
import { HttpProblem, notFound } from '../problem.ts';
import { type Call, json, type Route, WHOSE, withBody } from '../route.ts';
import { openStream, takeStream } from '../stream.ts';
import { principalOf, type Subject, subjectOf } from '../subject.ts';
import { takeMessage } from '../message-limits.ts';
import { takeSession } from '../session-limits.ts';
import { sessionId } from './sessions.ts';

const BOTH = ['session', 'secret'] as const;
const ID = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/);
const PART = z.looseObject({ type: z.string(), text: z.string().optional() });
const MESSAGE = z.looseObject({
  id: z.string().regex(/^[\x21-\x7E]{1,128}$/),
  role: z.string(),
  content: z.union([z.string(), z.array(PART)]).nullish(),
});

const RESUME = z.looseObject({ interruptId: z.string().max(128), status: z.enum(['resolved', 'cancelled']) });

/** AG-UI's `RunAgentInput`: of it, the ids, the user's messages and the answers to interrupts count; nothing in it says who is speaking (contract §7). */
const RUN_INPUT = z.looseObject({
  threadId: ID.optional(),
  runId: ID,
  messages: z.array(MESSAGE),
  resume: z.array(RESUME).max(20).nullish(),
});
type RunInput = z.output<typeof RUN_INPUT>;

export const RUN_ROUTES: readonly Route[] = [
  withBody({
    method: 'POST',
    path: '/v1/sessions/:id/runs',
    summary: 'AG-UI RunAgentInput in, AG-UI events out. The same runId again joins that run.',
    credentials: BOTH,
    query: WHOSE,
    body: RUN_INPUT,
    answers: 'text/event-stream',
    handle: start,
  }),
  {
    method: 'POST',
    path: '/v1/sessions/:id/runs/:runId/cancel',
    summary: 'Ends a run with outcome cancelled; what was said is kept. Idempotent.',
    credentials: BOTH,
    query: WHOSE,
    handle: cancel,
  },
  {
    method: 'GET',
    path: '/v1/sessions/:id/events',
    summary: 'Everything that happens in the session, from Last-Event-ID on.',
    credentials: BOTH,
    query: [...WHOSE, 'last_event_id'],
    answers: 'text/event-stream',
    handle: events,
  },
  withBody({
    method: 'POST',
    path: '/v1/agents/:org/:agent/ag-ui',
    summary: 'The same runs for a stock AG-UI client; threadId names the session, made if new.',
    credentials: BOTH,
    query: WHOSE,
    body: RUN_INPUT,
    answers: 'text/event-stream',
    handle: agUi,
  }),
];

async function start(call: Call<RunInput>): Promise<Response> {
  const subject = await subjectOf(call);
  const session = sessionId(call);
  if (call.body.threadId !== undefined && call.body.threadId !== session)
    throw new HttpProblem('unprocessable', 'threadId is not the session of the address. Send the same, or leave it out.');
  return run(call, { subject, session, messages: userMessages(call) });
}

async function agUi(call: Call<RunInput>): Promise<Response> {
  const { org, agent } = call.params;
  if (`${org}/${agent}` !== principalOf(call).agent) throw notFound();
  const subject = await subjectOf(call);
  const { threadId: session } = call.body;
  if (session === undefined) throw new HttpProblem('unprocessable', 'threadId is missing. It names the session.');
  const messages = userMessages(call);
  const { store, clock } = call.services;
  if ((await getSession(store, subject.scope, session)) === null) {
    if ((call.body.resume ?? []).length > 0) throw notResumable();
    if (messages.length === 0) throw nothingToAnswer();
    takeSession(call, subject);
    const { kind, name } = subject.instance;
    await store.transaction((tx) =>
      createSession(tx, subject.scope, {
        id: session,
        kind,
        instanceName: name,
        participant: subject.participant,
        metadata: {},
        now: clock(),
      }),
    );
  }
  return run(call, { subject, session, messages });
}

interface RunCall {
  readonly subject: Subject;
  readonly session: string;
  readonly messages: readonly UserMessage[];
}

async function run(call: Call<RunInput>, { subject, session, messages }: RunCall): Promise<Response> {
  const ref = { scope: subject.scope, session, run: call.body.runId };
  // Events of a run and those of the session itself are told apart by these two.
  if (ref.run === session) throw new HttpProblem('unprocessable', 'runId is the id of the session. Make a new UUID for each run.');
  const resume = (call.body.resume ?? []).map(({ interruptId, status }) => ({ interruptId, status }));
  const request: RunRequest = { ref, participant: subject.participant, messages, resume, proof: proofOf(principalOf(call)) };
  const stream = takeStream(call, subject);
  try {
    // Coming back to a run is not another message.
    const settle = (await call.services.engine.knows(ref)) ? () => undefined : takeMessage(call, subject);
    const started = await call.services.engine.start(request);
    // Its first events are RUN_STARTED and one for each new message; an answer without any, tried again, costs as much.
    settle(started.kind === 'started' ? Math.max(1, started.stored.length - 1) : 0);
    refuseUnlessRunning(started);
    return await openStream(call, { session: ref, from: { kind: 'run', run: ref.run }, release: stream });
  } catch (error) {
    stream();
    throw error;
  }
}

/** A secret key vouches for who the visitor is, not for when they signed in. */
function proofOf(principal: Principal): RunRequest['proof'] {
  if (principal.kind === 'server' || principal.stepUp?.authTime === undefined) return undefined;
  const { authTime, acr, amr } = principal.stepUp;
  return { authTimeMs: authTime * 1000, ...(acr === undefined ? {} : { acr }), ...(amr === undefined ? {} : { amr }) };
}

function refuseUnlessRunning(started: Started | { readonly kind: 'draining' }): void {
  switch (started.kind) {
    case 'started':
    case 'joined':
      return;
    case 'busy':
      throw new HttpProblem('run_in_progress', 'This session is answering already. Wait for that run, or cancel it.', {
        runId: started.run,
      });
    case 'differs':
      throw new HttpProblem('unprocessable', 'This runId was used for another request. Make a new one for each run.');
    case 'empty':
      throw nothingToAnswer();
    case 'unresumable':
      throw notResumable();
    case 'stale':
      throw new HttpProblem(
        'step_up_required',
        `This needs a sign-in from the last ${started.maxAgeSeconds} seconds. Sign in again, mint a new session token, and send the same again.`,
      );
    case 'missing':
      throw notFound();
    case 'draining':
      throw new HttpProblem('draining', 'This server is about to stop. Try again in a few seconds.', { retryAfterS: 2 });
    default:
      throw started satisfies never;
  }
}

function notResumable(): HttpProblem {
  return new HttpProblem(
    'unprocessable',
    'Nothing waits for this answer: it was used, has expired or is not yours, or not all that waits was answered. Send a new message.',
  );
}

function nothingToAnswer(): HttpProblem {
  return new HttpProblem('unprocessable', 'There is no message to answer. Send one of role "user".');
}

/** Of every message, only what the visitor says; what others claim to have said is not ours to believe. */
function userMessages({ body, services, principal }: Call<RunInput>): UserMessage[] {
  const most = services.findAgent(principal?.agent ?? '')?.limits.messageBytes ?? LIMITS.messageBytes;
  const messages = body.messages.filter(({ role }) => role === 'user').map(({ id, content }) => ({ id, text: textOf(content) }));
  for (const { text } of messages) {
    if (text.trim() === '') throw new HttpProblem('unprocessable', 'A message has no text.');
    if (Buffer.byteLength(text) > most) throw new HttpProblem('message_too_large', `A message has at most ${most} bytes of UTF-8.`);
  }
  return messages;
}

function textOf(content: RunInput['messages'][number]['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map(({ type, text }) => (type === 'text' ? (text ?? '') : '')).join('');
}

async function cancel(call: Call): Promise<Response> {
  const { scope } = await subjectOf(call);
  const run = call.params['runId'] ?? '';
  const result = await call.services.engine.cancel({ scope, session: sessionId(call), run });
  if (result.kind === 'missing') throw notFound();
  return json({ run_id: run, status: result.status });
}

async function events(call: Call): Promise<Response> {
  const subject = await subjectOf(call);
  const session = { scope: subject.scope, session: sessionId(call) };
  const release = takeStream(call, subject);
  const lastEventId = call.request.headers.get('last-event-id') ?? call.url.searchParams.get('last_event_id');
  return openStream(call, { session, from: { kind: 'session', lastEventId: lastEventId === '' ? null : lastEventId }, release });
}
