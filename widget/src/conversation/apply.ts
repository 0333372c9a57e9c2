import type { Interrupt, Message, MessageStatus } from '@familiar/protocol';
import type { HeardEvent } from '../stream/parse-event.ts';

/** An answer that is not stored yet. */
export interface RunAnswer {
  readonly id: string;
  readonly text: string;
  /** `streaming` until the run's terminal event. */
  readonly state: 'streaming' | MessageStatus;
}

/** What is known of one run. */
export interface RunState {
  readonly isStarted: boolean;
  readonly answers: readonly RunAnswer[];
  /** What the server has stored: visitors' messages, and the answers that were announced in pieces. */
  readonly stored: readonly Message[];
  /** Name of the tool at work. */
  readonly activity: string | null;
  readonly ending: null | { readonly code: string | null; readonly interrupts: readonly Interrupt[] };
  /** Events were missed that the server no longer has: the messages must be loaded again. */
  readonly hasGap: boolean;
}

export const NEW_RUN: RunState = { isStarted: false, answers: [], stored: [], activity: null, ending: null, hasGap: false };

/** What a run has come to after one more event. Pure; after the ending nothing changes any more. */
export function apply(state: RunState, event: HeardEvent): RunState {
  if (state.ending !== null) return state;
  switch (event.type) {
    case 'RUN_STARTED':
      return { ...state, isStarted: true };
    case 'TEXT_MESSAGE_START':
      return { ...say(state, event.messageId, ''), activity: null };
    case 'TEXT_MESSAGE_CONTENT':
      return say(state, event.messageId, event.delta);
    case 'TOOL_CALL_START':
      return { ...state, activity: event.toolCallName };
    case 'TOOL_CALL_RESULT':
      return { ...state, activity: null };
    case 'message_stored': {
      // What is stored is the truth; the deltas were its announcement.
      const answers = state.answers.filter(({ id }) => id !== event.message.id);
      return { ...state, answers, stored: [...state.stored, event.message] };
    }
    case 'resume_gap':
      return { ...state, hasGap: true };
    case 'RUN_FINISHED':
      return end(state, event.outcome === 'cancelled' ? 'cancelled' : 'complete', { code: null, interrupts: event.interrupts });
    case 'RUN_ERROR': {
      const code = event.code ?? 'agent_failed';
      return end(state, code === 'interrupted' ? code : 'failed', { code, interrupts: [] });
    }
    default:
      return event satisfies never;
  }
}

function say(state: RunState, id: string, delta: string): RunState {
  if (state.stored.some((message) => message.id === id)) return state;
  const known = state.answers.find((answer) => answer.id === id);
  const answer = { id, text: (known?.text ?? '') + delta, state: 'streaming' as const };
  return { ...state, answers: [...state.answers.filter((other) => other !== known), answer] };
}

function end(state: RunState, status: MessageStatus, ending: RunState['ending']): RunState {
  return { ...state, answers: state.answers.map((answer) => ({ ...answer, state: status })), activity: null, ending };
}
