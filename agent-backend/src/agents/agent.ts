import type { Level, TokenUsage } from '@familiar/protocol';
import type { InstanceMemory } from '../memory/instance-memory.ts';

export type { InstanceMemory };

/** One earlier message, as the server stored it. */
export interface HistoryMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** Display name of its author, in a shared instance. */
  readonly author?: string;
  /** Of a conversation that was taken over at sign-in: nobody vouches for who said it, also where it is an answer to that. */
  readonly fromBeforeSignIn?: true;
}

/** All that an agent gets for one answer. History ends with the message to be answered. */
export interface Turn {
  readonly history: readonly HistoryMessage[];
  readonly participant: { readonly level: Level; readonly name?: string };
  readonly memory: InstanceMemory;
  /** Aborted by cancel and by shutdown: stop at once, yield nothing more. */
  readonly signal: AbortSignal;
}

export type AgentEvent =
  | { readonly kind: 'text'; readonly delta: string }
  | { readonly kind: 'tool-call'; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly kind: 'tool-result'; readonly id: string; readonly content: string }
  | { readonly kind: 'usage'; readonly usage: TokenUsage };

/** Answers one turn as a stream. Throws `AgentError` where it cannot. */
export interface Agent {
  /** Shown to the visitor beside the agent's name, such as "offline demo, no language model". */
  readonly badge?: string;
  run(turn: Turn): AsyncIterable<AgentEvent>;
}

export type AgentErrorCode = 'model_unavailable' | 'model_bad_response' | 'agent_failed';

/** Why there is no answer. Its message is for the operator's log, never for the visitor, and holds no message text. */
export class AgentError extends Error {
  readonly code: AgentErrorCode;
  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AgentError';
    this.code = code;
  }
}
