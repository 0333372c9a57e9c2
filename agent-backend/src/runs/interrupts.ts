import { randomUUID } from 'node:crypto';
import type { Interrupt, Participant, ResumeEntry } from '@familiar/protocol';
import type { AgentEvent, Resume, StepUpWait } from '../agents/agent.ts';
import { isProven, type SignInProof } from '../agents/step-up.ts';
import type { Row, Sql } from '../store/store.ts';
import { type RunRef, refValues, type SessionRef } from './run-ref.ts';

/** How long a visitor has to sign in again. */
const WAIT_MS = 10 * 60_000;
const SENTENCE = 'Sign in again to go on: this needs to know that it is you.';

export type Pause = Extract<AgentEvent, { kind: 'interrupt' }>;

export interface PausedRun {
  readonly ref: RunRef;
  /** Nobody else can answer. */
  readonly participant: Participant;
  readonly pause: Pause;
  readonly nowMs: number;
}

/** Keeps what a run waits for. In the transaction of its end. */
export async function writeInterrupts(sql: Sql, { ref, participant, pause, nowMs }: PausedRun): Promise<Interrupt[]> {
  const interrupts: Interrupt[] = [];
  for (const wait of pause.waits) {
    const id = `int_${randomUUID()}`;
    await sql.run(
      `INSERT INTO interrupts (agent, instance, session, interrupt, run, participant, wait, continuation, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        ...refValues(ref),
        id,
        ref.run,
        JSON.stringify(participant),
        JSON.stringify(wait),
        JSON.stringify(pause.continuation),
        nowMs + WAIT_MS,
      ],
    );
    interrupts.push(toInterrupt(wait, { id, expiresAtMs: nowMs + WAIT_MS }));
  }
  return interrupts;
}

function toInterrupt(
  { toolCallId, rule }: StepUpWait,
  { id, expiresAtMs }: { readonly id: string; readonly expiresAtMs: number },
): Interrupt {
  const { maxAgeSeconds, acrValues } = rule;
  const metadata = { max_age: maxAgeSeconds, ...(acrValues === undefined ? {} : { acr_values: acrValues }) };
  return { id, expiresAt: new Date(expiresAtMs).toISOString(), reason: 'step_up', toolCallId, message: SENTENCE, metadata };
}

export interface InterruptQuery {
  readonly session: SessionRef;
  readonly participant: Participant;
  readonly nowMs: number;
}

/** What the session's newest run waits for, as its end told it; `[]` for whoever cannot answer it. */
export async function listInterrupts(sql: Sql, { session, participant, nowMs }: InterruptQuery): Promise<Interrupt[]> {
  const rows = await readWaiting(sql, session, nowMs);
  return rows
    .filter((row) => isSame(row, participant))
    .map((row) => toInterrupt(JSON.parse(row.wait) as StepUpWait, { id: row.interrupt, expiresAtMs: row.expires_at }));
}

export interface InterruptAnswer {
  readonly session: SessionRef;
  readonly participant: Participant;
  readonly resume: readonly ResumeEntry[];
  readonly proof: SignInProof | undefined;
  readonly nowMs: number;
}

/** `unknown`: not there, used, expired, somebody else's, or not all that wait. `stale`: the sign-in is not fresh enough. */
export type Answered =
  | { readonly kind: 'resumed'; readonly resume: Resume }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'stale'; readonly maxAgeSeconds: number };

interface InterruptRow extends Row {
  readonly interrupt: string;
  readonly participant: string;
  readonly wait: string;
  readonly continuation: string;
  readonly expires_at: number;
}

/** Any later run deletes them when it starts, so that these are of the newest alone. */
function readWaiting(sql: Sql, session: SessionRef, nowMs: number): Promise<InterruptRow[]> {
  return sql.rows<InterruptRow>(
    `SELECT interrupt, participant, wait, continuation, expires_at FROM interrupts
     WHERE agent = $1 AND instance = $2 AND session = $3 AND expires_at > $4 ORDER BY interrupt`,
    [...refValues(session), nowMs],
  );
}

/** Uses up all interrupts of the session, or, unless `resumed`, none. Call it while the session's row is locked. */
export async function answerInterrupts(sql: Sql, answer: InterruptAnswer): Promise<Answered> {
  const { session, participant, resume, proof, nowMs } = answer;
  const rows = await readWaiting(sql, session, nowMs);
  const given = new Map(resume.map(({ interruptId, status }) => [interruptId, status]));
  const areAll = given.size === resume.length && rows.length === resume.length;
  const [first] = rows;
  if (first === undefined || !areAll || !rows.every((row) => given.has(row.interrupt) && isSame(row, participant)))
    return { kind: 'unknown' };
  const waits = rows.map((row) => ({ wait: JSON.parse(row.wait) as StepUpWait, isApproved: given.get(row.interrupt) === 'resolved' }));
  const stale = waits.find(({ wait, isApproved }) => isApproved && !isProven(wait.rule, proof, nowMs));
  if (stale !== undefined) return { kind: 'stale', maxAgeSeconds: stale.wait.rule.maxAgeSeconds };
  await dropInterrupts(sql, session);
  const answers = waits.map(({ wait, isApproved }) => ({ id: wait.id, isApproved }));
  return { kind: 'resumed', resume: { continuation: JSON.parse(first.continuation) as unknown, answers } };
}

function isSame(row: InterruptRow, participant: Participant): boolean {
  const { level, id } = JSON.parse(row.participant) as Partial<Participant>;
  return level === 'verified' && participant.level === 'verified' && id === participant.id;
}

/** The conversation goes on without them. */
export async function dropInterrupts(sql: Sql, session: SessionRef): Promise<void> {
  await sql.run('DELETE FROM interrupts WHERE agent = $1 AND instance = $2 AND session = $3', refValues(session));
}
