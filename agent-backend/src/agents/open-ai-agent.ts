import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Agent } from './agent.ts';
import { modelAgent, type ModelAgentOptions } from './model-agent.ts';

export interface OpenAiAgentOptions extends Omit<ModelAgentOptions, 'model' | 'instructions'> {
  /** Such as `https://api.example.com/v1`; `/chat/completions` is added. */
  readonly baseUrl: string;
  /** Sent as a bearer credential. Leave it out for a local server that wants none. */
  readonly apiKey?: string;
  /** The model's name, as the server knows it. */
  readonly model: string;
  /** Default: a friendly, brief assistant of this website. */
  readonly instructions?: string;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

const INSTRUCTIONS =
  'You are the assistant of this website. Be friendly, brief and correct; say so when you do not know. Answer in the language of the visitor. ' +
  'When the visitor tells something lasting about themselves, keep it with the tool remember.';

/** An agent over any server that speaks the streaming chat-completions protocol of OpenAI. Throws as `modelAgent` does. */
export function openAiAgent({ baseUrl, apiKey, model, instructions, fetch, ...rest }: OpenAiAgentOptions): Agent {
  const provider = createOpenAICompatible({
    name: 'openai-compatible',
    baseURL: baseUrl,
    includeUsage: true,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(fetch === undefined ? {} : { fetch }),
  });
  return modelAgent({ ...rest, model: provider.chatModel(model), instructions: instructions ?? INSTRUCTIONS });
}
