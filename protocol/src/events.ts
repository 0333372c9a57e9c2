import type { Interrupt } from './interrupts.ts';
import type { Message, TokenUsage } from './wire.ts';

/** The subset of AG-UI 1.0 that our backend sends (contract §7). Field names are AG-UI's own camelCase. */
export type RunEvent =
  | { readonly type: 'RUN_STARTED'; readonly threadId: string; readonly runId: string }
  | { readonly type: 'TEXT_MESSAGE_START'; readonly messageId: string; readonly role: 'assistant' }
  | { readonly type: 'TEXT_MESSAGE_CONTENT'; readonly messageId: string; readonly delta: string }
  | { readonly type: 'TEXT_MESSAGE_END'; readonly messageId: string }
  | { readonly type: 'TOOL_CALL_START'; readonly toolCallId: string; readonly toolCallName: string; readonly parentMessageId?: string }
  | { readonly type: 'TOOL_CALL_ARGS'; readonly toolCallId: string; readonly delta: string }
  | { readonly type: 'TOOL_CALL_END'; readonly toolCallId: string }
  | {
      readonly type: 'TOOL_CALL_RESULT';
      readonly messageId: string;
      readonly toolCallId: string;
      readonly content: string;
      readonly role: 'tool';
    }
  | CustomEvent
  | {
      readonly type: 'RUN_FINISHED';
      readonly threadId: string;
      readonly runId: string;
      readonly outcome: RunOutcome;
      readonly usage?: readonly TokenUsage[];
    }
  | { readonly type: 'RUN_ERROR'; readonly message: string; readonly code: string };

/** Why a run ended without an error. `interrupt`: it goes on with the next run, whose `resume` answers each interrupt. */
export type RunOutcome =
  | { readonly type: 'success' }
  | { readonly type: 'cancelled' }
  | { readonly type: 'interrupt'; readonly interrupts: readonly Interrupt[] };

/**
 * Our AG-UI `CUSTOM` events. `message_stored`: a message is durable, with its `seq`; it comes after RUN_STARTED for what
 * the visitor wrote, and before RUN_FINISHED or RUN_ERROR for what the agent said.
 * `resume_gap`: the cursor is older than what is kept; reload the messages.
 */
export type CustomEvent =
  | { readonly type: 'CUSTOM'; readonly name: 'message_stored'; readonly value: Message }
  | { readonly type: 'CUSTOM'; readonly name: 'session_renamed'; readonly value: { readonly title: string } }
  | { readonly type: 'CUSTOM'; readonly name: 'resume_gap'; readonly value: { readonly last_event_id: string } };

/** True for the two events after which a run says nothing more. */
export function isTerminal(event: { readonly type: string }): boolean {
  return event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR';
}
