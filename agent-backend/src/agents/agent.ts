import type { Level, TokenUsage } from '@familiar/protocol';
import type { InstanceMemory } from '../memory/instance-memory.ts';
import type { SignInProof, StepUpRule } from './step-up.ts';

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
  /** `proof`: only of a visitor whose customer's server told when they signed in. */
  readonly participant: { readonly level: Level; readonly id: string; readonly name?: string; readonly proof?: SignInProof };
  /** `org/agent`, its instance and the session: where this turn belongs. */
  readonly agent: string;
  readonly instance: string;
  readonly session: string;
  readonly memory: InstanceMemory;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Set where this turn goes on from an `interrupt` event instead of from the history alone. */
  readonly resume?: Resume;
  /** Aborted by cancel and by shutdown: stop at once, yield nothing more. */
  readonly signal: AbortSignal;
}

/** A tool call that waits for a fresh sign-in. */
export interface StepUpWait {
  /** The agent's own name for it, unique in its turn. */
  readonly id: string;
  readonly toolCallId: string;
  readonly rule: StepUpRule;
}

/** What an agent left behind, as it gave it, and the visitor's answer to each wait: `true` once the sign-in was checked. */
export interface Resume {
  readonly continuation: unknown;
  readonly answers: readonly { readonly id: string; readonly isApproved: boolean }[];
}

/** `interrupt` is the last event of its turn; its continuation is kept as JSON and comes back in `Turn.resume`. */
export type AgentEvent =
  | { readonly kind: 'text'; readonly delta: string }
  | { readonly kind: 'tool-call'; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly kind: 'tool-result'; readonly id: string; readonly content: string }
  | { readonly kind: 'usage'; readonly usage: TokenUsage }
  | { readonly kind: 'interrupt'; readonly waits: readonly StepUpWait[]; readonly continuation: unknown };

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
