import type { Message, MessageStatus, RunEvent } from '@familiar/protocol';

export interface RunAnswer {
  readonly id: string;
  readonly text: string;
  /** `streaming` until the run's terminal event or the stored message says otherwise. */
  readonly state: 'streaming' | MessageStatus;
}

/** What is known of one run. */
export interface RunState {
  readonly isStarted: boolean;
  readonly answers: readonly RunAnswer[];
  /** Visitors' messages that the server has stored, from this tab or elsewhere. */
  readonly stored: readonly Message[];
  /** Name of the tool at work. */
  readonly activity: string | null;
  readonly ending: null | { readonly state: MessageStatus; readonly code: string | null };
  /** Events were missed that the server no longer has: the messages must be loaded again. */
  readonly hasGap: boolean;
}

export const NEW_RUN: RunState = { isStarted: false, answers: [], stored: [], activity: null, ending: null, hasGap: false };

/** What a run has come to after one more event. Pure; after the ending nothing changes any more. */
export function apply(state: RunState, event: RunEvent): RunState {
  if (state.ending !== null) return state;
  switch (event.type) {
    case 'RUN_STARTED':
      return { ...state, isStarted: true };
    case 'TEXT_MESSAGE_START':
      return { ...withAnswer(state, event.messageId, (answer) => answer), activity: null };
    case 'TEXT_MESSAGE_CONTENT':
      return withAnswer(state, event.messageId, (answer) => ({ ...answer, text: answer.text + event.delta }));
    case 'TOOL_CALL_START':
      return { ...state, activity: event.toolCallName };
    case 'TOOL_CALL_RESULT':
      return { ...state, activity: null };
    case 'TEXT_MESSAGE_END':
    case 'TOOL_CALL_ARGS':
    case 'TOOL_CALL_END':
      return state;
    case 'CUSTOM':
      return applyCustom(state, event);
    case 'RUN_FINISHED':
      return end(state, event.outcome.type === 'cancelled' ? 'cancelled' : 'complete', null);
    case 'RUN_ERROR':
      return end(state, event.code === 'interrupted' ? 'interrupted' : 'failed', event.code);
    default:
      return event satisfies never;
  }
}

function applyCustom(state: RunState, event: Extract<RunEvent, { type: 'CUSTOM' }>): RunState {
  switch (event.name) {
    case 'message_stored': {
      const message = event.value;
      if (message.role === 'user') return { ...state, stored: [...state.stored, message] };
      // What is stored is the truth; the deltas were its announcement.
      return withAnswer(state, message.id, ({ id }) => ({ id, text: message.content, state: message.status }));
    }
    case 'resume_gap':
      return { ...state, hasGap: true };
    case 'session_renamed':
      return state;
    default:
      return event satisfies never;
  }
}

function withAnswer(state: RunState, id: string, change: (answer: RunAnswer) => RunAnswer): RunState {
  const isKnown = state.answers.some((answer) => answer.id === id);
  const answers = isKnown ? state.answers : [...state.answers, { id, text: '', state: 'streaming' as const }];
  return { ...state, answers: answers.map((answer) => (answer.id === id ? change(answer) : answer)) };
}

function end(state: RunState, status: MessageStatus, code: string | null): RunState {
  const answers = state.answers.map((answer) => (answer.state === 'streaming' ? { ...answer, state: status } : answer));
  return { ...state, answers, activity: null, ending: { state: status, code } };
}
