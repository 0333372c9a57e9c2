import type { LanguageModel } from 'ai';
import { type DoneCall, type OfflineStep, planStep } from './offline-plan.ts';
import type { SiteTool } from './offline-tools.ts';
import type { PageIndex } from './pages/page-index.ts';

/** The AI SDK's current language model interface. */
type Model = Extract<LanguageModel, { specificationVersion: 'v4' }>;
type CallOptions = Parameters<Model['doStream']>[0];
type Prompt = CallOptions['prompt'];
type StreamPart = Awaited<ReturnType<Model['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never;
type Usage = Extract<StreamPart, { type: 'finish' }>['usage'];

const CHUNK_MS = 15;
const NO_TOKENS: Usage = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

export interface OfflineModelOptions {
  /** Where it looks for answers and topics. */
  readonly index: PageIndex;
  /** What it calls the site. Default "this site". */
  readonly siteName?: string;
  /** Awaited before each word, so that streaming can be seen. Default: 15 ms. */
  readonly pace?: () => Promise<void>;
}

/**
 * A language model of the AI SDK without a language model: deterministic, offline, and honest about it. It remembers
 * through the tool `remember`, answers through the tool `search_pages`, and quotes pages rather than inventing words.
 */
export function offlineModel(options: OfflineModelOptions): Model {
  const decide = async ({ prompt, tools }: CallOptions): Promise<OfflineStep> =>
    planStep({
      ...readPrompt(prompt),
      tools: new Set(tools?.map((tool) => tool.name)),
      siteTools: (tools ?? []).flatMap(toSiteTool),
      topics: await options.index.topics(),
      ...(options.siteName === undefined ? {} : { siteName: options.siteName }),
    });
  const pace = options.pace ?? waitForChunk;
  return {
    specificationVersion: 'v4',
    provider: 'familiar',
    modelId: 'offline-demo',
    supportedUrls: {},
    async doGenerate(call) {
      const parts = [...writeParts(await decide(call))];
      const text = parts.flatMap((part) => (part.type === 'text-delta' ? part.delta : [])).join('');
      const calls = parts.flatMap((part) => (part.type === 'tool-call' ? part : []));
      const finishReason = { unified: calls.length > 0 ? ('tool-calls' as const) : ('stop' as const), raw: undefined };
      return {
        content: [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...calls],
        finishReason,
        usage: NO_TOKENS,
        warnings: [],
      };
    },
    async doStream(call) {
      return { stream: toPacedStream(writeParts(await decide(call)), pace, call.abortSignal) };
    },
  };
}

function* writeParts(step: OfflineStep): Generator<StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  if (step.kind === 'call') {
    for (const { tool, input } of step.calls) {
      yield { type: 'tool-call', toolCallId: `call_${crypto.randomUUID()}`, toolName: tool, input: JSON.stringify(input) };
    }
  } else {
    yield { type: 'text-start', id: 'answer' };
    for (const delta of step.text.match(/\s*\S+\s*/g) ?? []) yield { type: 'text-delta', id: 'answer', delta };
    yield { type: 'text-end', id: 'answer' };
  }
  yield { type: 'finish', finishReason: { unified: step.kind === 'call' ? 'tool-calls' : 'stop', raw: undefined }, usage: NO_TOKENS };
}

function toPacedStream(parts: Generator<StreamPart>, pace: () => Promise<void>, signal?: AbortSignal): ReadableStream<StreamPart> {
  return new ReadableStream<StreamPart>({
    async pull(controller) {
      const next = parts.next();
      if (!next.done && next.value.type === 'text-delta') await pace();
      if (signal?.aborted) controller.error(signal.reason);
      else if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
  });
}

const OWN_TOOLS = new Set(['remember', 'search_pages']);

/** Without a language model, only a tool that asks for nothing can be called: there is nobody to fill in the rest. */
function toSiteTool(tool: NonNullable<CallOptions['tools']>[number]): SiteTool[] {
  if (tool.type !== 'function' || OWN_TOOLS.has(tool.name) || (tool.inputSchema.required ?? []).length > 0) return [];
  return [{ name: tool.name, description: tool.description ?? '' }];
}

function waitForChunk(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, CHUNK_MS));
}

function readPrompt(prompt: Prompt): { readonly system: string; readonly asked: readonly string[]; readonly done: readonly DoneCall[] } {
  const system = prompt.flatMap((message) => (message.role === 'system' ? message.content : [])).join('\n\n');
  const asked = prompt.flatMap((message) =>
    message.role === 'user' ? message.content.map((part) => (part.type === 'text' ? part.text : '')).join('') : [],
  );
  const since = prompt.slice(prompt.findLastIndex((message) => message.role === 'user') + 1);
  const inputs = new Map<string, unknown>();
  const done: DoneCall[] = [];
  for (const part of since.flatMap((message): readonly { type: string }[] =>
    typeof message.content === 'string' ? [] : message.content,
  )) {
    if (isToolCall(part)) inputs.set(part.toolCallId, part.input);
    if (isToolResult(part)) {
      const { output: result } = part;
      const declined = result.type === 'execution-denied' ? { error: 'declined', message: result.reason } : undefined;
      const output = result.type === 'json' || result.type === 'text' ? result.value : declined;
      done.push({ tool: part.toolName, input: inputs.get(part.toolCallId), output });
    }
  }
  return { system, asked, done };
}

type AnyPart = Exclude<Prompt[number]['content'], string>[number];

function isToolCall(part: { type: string }): part is Extract<AnyPart, { type: 'tool-call' }> {
  return part.type === 'tool-call';
}

function isToolResult(part: { type: string }): part is Extract<AnyPart, { type: 'tool-result' }> {
  return part.type === 'tool-result';
}
