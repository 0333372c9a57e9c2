import { tool, type ToolApprovalConfiguration, type ToolSet } from 'ai';
import { z } from 'zod';
import type { Turn } from './agent.ts';
import { checkStepUpRule, isProven, type StepUpRule } from './step-up.ts';

/** For whom a tool runs. No token or key is in it. */
export interface ToolContext {
  /** `org/agent`. */
  readonly agent: string;
  /** `inst_…` */
  readonly instance: string;
  readonly session: string;
  /** As the server resolved it: at level `verified` the id is the customer's own user id. */
  readonly participant: Pick<Turn['participant'], 'level' | 'id' | 'name'>;
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
}

/** A tool of the customer's own. What it returns goes to the model as JSON; where it throws, the model is told only that. */
export interface AgentTool<Input = unknown> {
  /** For the model: what it does, and when to call it. */
  readonly description: string;
  /** What the model must give; nothing else reaches `execute`. Default: nothing. */
  readonly inputSchema?: z.ZodType<Input>;
  /**
   * Runs only for a verified visitor who signed in no longer ago than this. Else the run pauses with an interrupt
   * `step_up`, and goes on when the visitor has signed in again; anybody below level `verified` is refused.
   */
  readonly requiresStepUp?: StepUpRule;
  execute(input: Input, context: ToolContext): unknown;
}

export type AgentTools = Readonly<Record<string, AgentTool>>;

/** Gives `execute` the type of its schema. Throws `TypeError` for a mistaken `requiresStepUp`. */
export function defineTool<Input>(definition: AgentTool<Input>): AgentTool {
  if (definition.requiresStepUp !== undefined) checkStepUpRule(definition.requiresStepUp);
  return definition;
}

/**
 * Tools for the AI SDK that check the sign-in themselves, right before they run: no way through the SDK, also none that
 * asks for no approval or takes a forged one, runs a tool without it.
 */
export function guardTools(tools: AgentTools, turn: Turn): ToolSet {
  return Object.fromEntries(Object.entries(tools).map(([name, definition]) => [name, guard(definition, turn)]));
}

function guard(definition: AgentTool, turn: Turn): ToolSet[string] {
  return tool({
    description: definition.description,
    inputSchema: definition.inputSchema ?? z.object({}),
    execute: async (input: unknown) => refuse(definition.requiresStepUp, turn) ?? definition.execute(input, contextOf(turn)),
  });
}

function refuse(rule: StepUpRule | undefined, turn: Turn): { readonly error: string; readonly message: string } | null {
  if (rule === undefined) return null;
  if (turn.participant.level !== 'verified')
    return {
      error: 'sign_in_required',
      message: 'This was not done: the visitor is not signed in. Ask them to sign in on this website first.',
    };
  if (isProven(rule, turn.participant.proof, turn.clock())) return null;
  return { error: 'step_up_required', message: 'This was not done: the visitor must sign in again first.' };
}

function contextOf({ agent, instance, session, participant, signal }: Turn): ToolContext {
  const { level, id, name } = participant;
  return { agent, instance, session, participant: { level, id, ...(name === undefined ? {} : { name }) }, signal };
}

/** Which calls the AI SDK holds back: those that a fresh sign-in of this visitor would open. */
export function holdBack(tools: AgentTools, turn: Turn): ToolApprovalConfiguration<ToolSet, never> {
  return ({ toolCall }) => {
    const rule = findRule(tools, toolCall.toolName);
    const mayOpen = rule !== undefined && turn.participant.level === 'verified';
    return mayOpen && !isProven(rule, turn.participant.proof, turn.clock()) ? 'user-approval' : 'not-applicable';
  };
}

export function findRule(tools: AgentTools, name: string): StepUpRule | undefined {
  return Object.hasOwn(tools, name) ? tools[name]?.requiresStepUp : undefined;
}
