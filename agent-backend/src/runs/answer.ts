import { randomUUID } from 'node:crypto';
import type { RunErrorCode, TokenUsage } from '@familiar/protocol';
import { type Agent, AgentError, type AgentEvent, type Turn } from '../agents/agent.ts';
import { StoreError } from '../store/store.ts';
import type { Pause } from './interrupts.ts';
import type { RunLog } from './journal.ts';

/** What an agent has said so far, written into the journal as AG-UI events. */
export interface Answer {
  take(event: AgentEvent): void;
  /** Ends the message; what comes after it is ignored. */
  close(): void;
  said(): { readonly id: string; readonly text: string } | null;
  usage(): readonly TokenUsage[];
  /** What the agent waits for; `null` if it has said all. */
  pause(): Pause | null;
}

/** One message for one answer, also around its tool calls: AG-UI lets a message stay open beside them. */
export function createAnswer(log: RunLog): Answer {
  const id = `msg_${randomUUID()}`;
  const usage: TokenUsage[] = [];
  let pause: Pause | null = null;
  let text = '';
  let state: 'silent' | 'open' | 'closed' = 'silent';

  const say = (delta: string): void => {
    if (delta === '') return;
    if (state === 'silent') log.append({ type: 'TEXT_MESSAGE_START', messageId: id, role: 'assistant' });
    state = 'open';
    text += delta;
    log.append({ type: 'TEXT_MESSAGE_CONTENT', messageId: id, delta });
  };
  return {
    take(event) {
      if (state === 'closed') return;
      switch (event.kind) {
        case 'text':
          return say(event.delta);
        case 'tool-call':
          log.append({ type: 'TOOL_CALL_START', toolCallId: event.id, toolCallName: event.name });
          log.append({ type: 'TOOL_CALL_ARGS', toolCallId: event.id, delta: JSON.stringify(event.input) ?? '{}' });
          return log.append({ type: 'TOOL_CALL_END', toolCallId: event.id });
        case 'tool-result': {
          const message = { messageId: `msg_${randomUUID()}`, toolCallId: event.id, content: event.content };
          return log.append({ type: 'TOOL_CALL_RESULT', ...message, role: 'tool' });
        }
        case 'usage':
          usage.push(event.usage);
          return;
        case 'interrupt':
          pause = event;
          return;
        default:
          throw event satisfies never;
      }
    },
    close() {
      if (state === 'open') log.append({ type: 'TEXT_MESSAGE_END', messageId: id });
      state = 'closed';
    },
    said: () => (text === '' ? null : { id, text }),
    usage: () => usage,
    pause: () => pause,
  };
}

/**
 * Runs the agent until it ends or the turn's signal aborts, whichever comes first: an agent that ignores the signal is
 * left behind, not waited for. Returns why it failed, or `null`.
 */
export async function consume(agent: Agent, turn: Turn, answer: Answer): Promise<Failure | null> {
  const aborted = whenAborted(turn.signal);
  try {
    const events = agent.run(turn)[Symbol.asyncIterator]();
    for (;;) {
      const step = await Promise.race([events.next(), aborted]);
      if (step === null) void leave(events);
      if (step === null || step.done === true || turn.signal.aborted) return null;
      answer.take(step.value);
    }
  } catch (error) {
    return turn.signal.aborted ? null : { code: codeOf(error), error };
  }
}

export interface Failure {
  readonly code: RunErrorCode;
  readonly error: unknown;
}

function whenAborted(signal: AbortSignal): Promise<null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
}

async function leave(events: AsyncIterator<AgentEvent>): Promise<void> {
  try {
    await events.return?.();
  } catch {
    // Nobody waits for an agent that was told to stop; how it stops is its own affair.
  }
}

function codeOf(error: unknown): RunErrorCode {
  if (error instanceof AgentError) return error.code;
  return error instanceof StoreError ? 'store_unavailable' : 'agent_failed';
}
