import { createHash } from 'node:crypto';
import type { Message, Participant, ResumeEntry, RunEvent } from '@familiar/protocol';
import type { Resume } from '../agents/agent.ts';
import type { SignInProof } from '../agents/step-up.ts';
import { appendMessage, getMessage } from '../sessions/index.ts';
import type { Sql, Store } from '../store/store.ts';
import { answerInterrupts, dropInterrupts } from './interrupts.ts';
import { type RunRef, refValues } from './run-ref.ts';
import { insertEvents, type StoredEvent } from './stored-event.ts';

/** A user's message as the client sent it: its id is the client's. */
export interface UserMessage {
  readonly id: string;
  readonly text: string;
}

export interface RunRequest {
  readonly ref: RunRef;
  readonly participant: Participant;
  /** All user messages of the request, known ones too; nothing of any other role. */
  readonly messages: readonly UserMessage[];
  /** Answers to what an earlier run waits for. */
  readonly resume?: readonly ResumeEntry[];
  /** Of this very request's credential. */
  readonly proof?: SignInProof | undefined;
}

/**
 * `joined`: this run is there already, running or over. `busy`: another one goes on. `differs`: the same run id came with
 * another payload. `empty`: there is no message to be answered. `missing`: no such session in this instance. `unresumable`:
 * `resume` does not answer exactly what waits for this participant, or came with a new message. `stale`: the sign-in is not
 * fresh enough; what waits goes on waiting.
 */
export type Started =
  | { readonly kind: 'started'; readonly stored: readonly StoredEvent[]; readonly resume: Resume | null }
  | { readonly kind: 'joined' }
  | { readonly kind: 'busy'; readonly run: string }
  | { readonly kind: 'differs' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unresumable' }
  | { readonly kind: 'stale'; readonly maxAgeSeconds: number }
  | { readonly kind: 'missing' };

export interface StartDeps {
  readonly store: Store;
  readonly owner: string;
}

export interface StartTimes {
  readonly nowMs: number;
  readonly leaseUntilMs: number;
}

/** Messages, run, `active_run` and the first events, all in one transaction: durable before anybody hears RUN_STARTED. */
export function startRun(deps: StartDeps, request: RunRequest, times: StartTimes): Promise<Started> {
  return deps.store.transaction((sql) => start(sql, request, { ...times, owner: deps.owner }));
}

async function start(sql: Sql, request: RunRequest, options: StartTimes & { readonly owner: string }): Promise<Started> {
  const { ref } = request;
  // An update, not a read: it locks the session's row, so that of two starts one waits for the other.
  const [session] = await sql.rows<{ active_run: string | null; last_seq: number; claim: string | null }>(
    `UPDATE sessions SET last_pos = last_pos WHERE agent = $1 AND instance = $2 AND session = $3 RETURNING active_run, last_seq, claim`,
    refValues(ref),
  );
  if (session === undefined) return { kind: 'missing' };
  const fingerprint = makeFingerprint(request);
  const [known] = await sql.rows<{ fingerprint: string }>(
    'SELECT fingerprint FROM runs WHERE agent = $1 AND instance = $2 AND session = $3 AND run = $4',
    [...refValues(ref), ref.run],
  );
  if (known !== undefined) return { kind: known.fingerprint === fingerprint ? 'joined' : 'differs' };
  if (session.active_run !== null) return { kind: 'busy', run: session.active_run };
  const resumed = await readResume(sql, request, options.nowMs);
  if (resumed !== null && resumed.kind !== 'resumed') return resumed;
  const messages = await storeMessages(sql, request, options.nowMs);
  if (resumed === null && messages.length === 0 && (session.last_seq === 0 || (session.claim !== null && !(await mayTryAgain(sql, ref)))))
    return { kind: 'empty' };
  await dropInterrupts(sql, ref);
  const events: RunEvent[] = [
    { type: 'RUN_STARTED', threadId: ref.session, runId: ref.run },
    ...messages.map((value): RunEvent => ({ type: 'CUSTOM', name: 'message_stored', value })),
  ];
  await insertRun(sql, request, { ...options, fingerprint, lastSeq: events.length });
  const stored = await insertEvents(sql, { session: ref, stream: ref.run, firstSeq: 1, events, nowMs: options.nowMs });
  return stored === null ? { kind: 'missing' } : { kind: 'started', stored, resume: resumed?.resume ?? null };
}

type Resumed = { readonly kind: 'resumed'; readonly resume: Resume } | Extract<Started, { kind: 'unresumable' | 'stale' }>;

/** `null`: this run answers no interrupt. Either answers or a new message: a message goes on without what waits. */
async function readResume(
  sql: Sql,
  { ref, participant, messages, resume = [], proof }: RunRequest,
  nowMs: number,
): Promise<Resumed | null> {
  if (resume.length === 0) return null;
  for (const { id } of messages) {
    if ((await getMessage(sql, ref.scope, { session: ref.session, message: id })) === null) return { kind: 'unresumable' };
  }
  const answered = await answerInterrupts(sql, { session: ref, participant, resume, proof, nowMs });
  return answered.kind === 'unknown' ? { kind: 'unresumable' } : answered;
}

/** Only what is new: an id that the session knows is skipped. */
async function storeMessages(sql: Sql, { ref, participant, messages }: RunRequest, now: number): Promise<Message[]> {
  const fresh: Message[] = [];
  for (const { id, text } of messages) {
    const stored = await appendMessage(sql, ref.scope, {
      session: ref.session,
      id,
      role: 'user',
      content: text,
      run: ref.run,
      participant,
      now,
    });
    if (stored !== null && stored.run_id === ref.run) fresh.push(stored);
  }
  return fresh;
}

/** After a claim, what was asked before anybody signed in is not asked again in the account's name. */
async function mayTryAgain(sql: Sql, ref: RunRef): Promise<boolean> {
  const [last] = await sql.rows<{ participant: string | null }>(
    `SELECT participant FROM messages WHERE agent = $1 AND instance = $2 AND session = $3 AND role = 'user' ORDER BY seq DESC LIMIT 1`,
    refValues(ref),
  );
  return !(last?.participant ?? '').startsWith('{"level":"anonymous"');
}

interface NewRun extends StartTimes {
  readonly owner: string;
  readonly fingerprint: string;
  readonly lastSeq: number;
}

async function insertRun(sql: Sql, { ref, participant }: RunRequest, run: NewRun): Promise<void> {
  await sql.run(
    `INSERT INTO runs (agent, instance, session, run, status, fingerprint, participant, owner, lease_until, last_seq, usage, started_at, ended_at)
     VALUES ($1, $2, $3, $4, 'running', $5, $6, $7, $8, $9, NULL, $10, NULL)`,
    [...refValues(ref), ref.run, run.fingerprint, JSON.stringify(participant), run.owner, run.leaseUntilMs, run.lastSeq, run.nowMs],
  );
  await sql.run('UPDATE sessions SET active_run = $4 WHERE agent = $1 AND instance = $2 AND session = $3', [...refValues(ref), ref.run]);
}

/** Who says what: the same run id by another participant, or with other words, is another run. */
function makeFingerprint({ participant, messages, resume = [] }: RunRequest): string {
  const answers = resume.length === 0 ? [] : [resume.map(({ interruptId, status }) => [interruptId, status])];
  const said = [participant.level, participant.id, messages.map(({ id, text }) => [id, text]), ...answers];
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url');
}
