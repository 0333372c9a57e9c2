import { isStepCount, type LanguageModel, type ModelMessage, streamText, type TextStreamPart, type ToolSet } from 'ai';
import { type Agent, AgentError, type AgentEvent, type Resume, type StepUpWait, type Turn } from './agent.ts';
import { buildInstructions, type HistoryBudget, toModelMessages } from './agent-prompt.ts';
import { type AgentTools, findRule, guardTools, holdBack } from './agent-tool.ts';
import { rememberTool, searchPagesTool } from './agent-tools.ts';
import { toAgentError } from './model-errors.ts';
import type { PageIndex } from './pages/page-index.ts';
import { checkStepUpRule } from './step-up.ts';

export interface ModelAgentOptions {
  readonly model: LanguageModel;
  readonly instructions: string;
  /** Tools of one's own, beside `remember` and, with `pages`, `search_pages`. */
  readonly tools?: AgentTools;
  /** The site's pages, which the model may then search. */
  readonly pages?: PageIndex;
  readonly badge?: string;
  /** Model calls for one answer, tools between them. Default 5. */
  readonly maxSteps?: number;
  /** Further attempts after a failed call, before anything was said. Retried here and nowhere else. Default 1. */
  readonly maxRetries?: number;
  /** Until the model's first words, and between any two of them. Default 60,000. */
  readonly silenceMs?: number;
  readonly history?: HistoryBudget;
}

/**
 * An agent over any language model of the AI SDK (https://ai-sdk.dev). Its memory is that of the turn's instance.
 * Throws `AgentError` `model_unavailable` (no connection, status 4xx or 5xx, silence) or `model_bad_response` (not the
 * protocol, cut short, empty).
 */
export function modelAgent(options: ModelAgentOptions): Agent {
  for (const { requiresStepUp } of Object.values(options.tools ?? {})) if (requiresStepUp !== undefined) checkStepUpRule(requiresStepUp);
  return {
    ...(options.badge === undefined ? {} : { badge: options.badge }),
    run: (turn) => answer(options, turn),
  };
}

async function* answer(options: ModelAgentOptions, turn: Turn): AsyncGenerator<AgentEvent> {
  let saidSomething = false;
  const waits: StepUpWait[] = [];
  try {
    const { parts, readContinuation } = await startStream(options, turn);
    for await (const part of parts) {
      if (turn.signal.aborted) return;
      if (part.type === 'tool-approval-request') waits.push(...toWait(part, options.tools ?? {}));
      const event = toAgentEvent(part, options.model);
      saidSomething ||= event?.kind === 'text' && event.delta.trim() !== '';
      if (event !== undefined) yield event;
      if (turn.signal.aborted) return;
    }
    if (waits.length > 0) return yield { kind: 'interrupt', waits, continuation: await readContinuation() };
  } catch (error) {
    if (turn.signal.aborted) return;
    throw toAgentError(error);
  }
  if (!saidSomething && !turn.signal.aborted) throw new AgentError('model_bad_response', 'The model gave an empty answer.');
}

interface Running {
  readonly parts: AsyncIterable<TextStreamPart<ToolSet>>;
  /** All that came after the history, for a turn that goes on from here. */
  readonly readContinuation: () => Promise<readonly ModelMessage[]>;
}

async function startStream(options: ModelAgentOptions, turn: Turn): Promise<Running> {
  const silenceMs = options.silenceMs ?? 60_000;
  const own = options.tools ?? {};
  const resumed = turn.resume === undefined ? [] : toResumedMessages(turn.resume);
  const result = streamText({
    model: options.model,
    instructions: await buildInstructions(options.instructions, turn),
    messages: [...toModelMessages(turn.history, options.history), ...resumed],
    tools: { ...rememberTool(turn.memory), ...(options.pages ? searchPagesTool(options.pages) : {}), ...guardTools(own, turn) },
    toolApproval: holdBack(own, turn),
    stopWhen: isStepCount(options.maxSteps ?? 5),
    abortSignal: turn.signal,
    maxRetries: options.maxRetries ?? 1,
    streamRetries: 0,
    timeout: { firstChunkMs: silenceMs, chunkMs: silenceMs },
    // The default prints to the console; errors come out of the stream as parts, too.
    onError: () => undefined,
  });
  return { parts: result.stream, readContinuation: async () => [...resumed, ...(await result.responseMessages)] };
}

/** The AI SDK runs what was approved, once, and tells the model what was not, before it asks the model to go on. */
function toResumedMessages({ continuation, answers }: Resume): ModelMessage[] {
  const said = continuation as readonly ModelMessage[];
  const content = answers.map(({ id, isApproved }) => ({
    type: 'tool-approval-response' as const,
    approvalId: id,
    approved: isApproved,
    ...(isApproved ? {} : { reason: 'The visitor declined to sign in again. This was not done.' }),
  }));
  return [...said, { role: 'tool', content }];
}

function toWait(part: Extract<TextStreamPart<ToolSet>, { type: 'tool-approval-request' }>, tools: AgentTools): StepUpWait[] {
  const rule = findRule(tools, part.toolCall.toolName);
  return rule === undefined || part.isAutomatic === true ? [] : [{ id: part.approvalId, toolCallId: part.toolCall.toolCallId, rule }];
}

function toAgentEvent(part: TextStreamPart<ToolSet>, model: LanguageModel): AgentEvent | undefined {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most parts of the SDK's stream say nothing to a visitor
  switch (part.type) {
    case 'text-delta':
      return part.text === '' ? undefined : { kind: 'text', delta: part.text };
    case 'tool-call':
      return { kind: 'tool-call', id: part.toolCallId, name: part.toolName, input: part.input };
    case 'tool-result':
      return { kind: 'tool-result', id: part.toolCallId, content: writeContent(part.output) };
    case 'tool-output-denied':
      return { kind: 'tool-result', id: part.toolCallId, content: '{"error":"The visitor declined."}' };
    case 'tool-error':
      return { kind: 'tool-result', id: part.toolCallId, content: '{"error":"The tool failed."}' };
    case 'finish':
      return { kind: 'usage', usage: { ...nameModel(model), ...toUsage(part.totalUsage) } };
    case 'error':
      throw toAgentError(part.error);
    case 'abort':
      throw new AgentError('model_unavailable', 'The model did not answer in time.');
    default:
      return undefined;
  }
}

function writeContent(output: unknown): string {
  return typeof output === 'string' ? output : (JSON.stringify(output) ?? '');
}

function nameModel(model: LanguageModel): { readonly provider?: string; readonly model: string } {
  return typeof model === 'string' ? { model } : { provider: model.provider, model: model.modelId };
}

function toUsage(usage: { inputTokens?: number; outputTokens?: number; totalTokens?: number }) {
  const { inputTokens, outputTokens, totalTokens } = usage;
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(totalTokens === undefined ? {} : { totalTokens }),
  };
}
