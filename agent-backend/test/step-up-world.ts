import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Interrupt, RunEvent } from '@familiar/protocol';
import { z } from 'zod';
import { type AgentTool, defineTool, type ToolContext } from '../src/agents/agent-tool.ts';
import { openAiAgent } from '../src/agents/open-ai-agent.ts';
import type { StepUpRule } from '../src/agents/step-up.ts';
import { chunk, DONE, type ModelServer, sendStream, startModelServer } from './agent-fixtures.ts';
import { runInput } from './http-world.ts';
import { openPeople, type People } from './people.ts';

export const NOTHING_NEW = { state: {}, tools: [], context: [], forwardedProps: {}, messages: [] };

export interface Closed {
  readonly input: unknown;
  readonly context: ToolContext;
}

export interface StepUpWorldOptions {
  readonly databaseUrl?: string | undefined;
  /** Default: 300 s. */
  readonly rule?: StepUpRule;
  readonly clock?: () => number;
  /** Default: the first call of the model asks for the tool `close_account`, any later one says "Done." */
  readonly model?: (response: ServerResponse, at: number) => void;
}

/** What a model says that calls tools: ids `call_<at>`, from 0. */
export function callTools(response: ServerResponse, ...names: readonly string[]): void {
  const calls = names.map((name, index) => ({
    index,
    id: `call_${randomUUID()}`,
    type: 'function',
    function: { name, arguments: name === 'remember' ? '{"fact":"Leaves."}' : '{"reason":"moving"}' },
  }));
  sendStream(response, chunk({ role: 'assistant', content: 'One moment. ' }), chunk({ tool_calls: calls }), chunk({}, 'tool_calls'), DONE);
}

export function sayDone(response: ServerResponse): void {
  sendStream(response, chunk({ role: 'assistant', content: 'Done.' }), chunk({}, 'stop'), DONE);
}

/** A tool that notes each time it really ran. */
export function closeAccount(closed: Closed[], requiresStepUp: StepUpRule): AgentTool {
  return defineTool({
    description: "Closes the visitor's account.",
    inputSchema: z.object({ reason: z.string() }),
    requiresStepUp,
    execute(input, context) {
      closed.push({ input, context });
      return { closed: true };
    },
  });
}

/** A backend whose model, a server on loopback, calls a tool that asks for a fresh sign-in. */
export async function openStepUpWorld(options: StepUpWorldOptions = {}) {
  const closed: Closed[] = [];
  const script = options.model ?? ((response, at) => (at === 1 ? callTools(response, 'close_account') : sayDone(response)));
  const model: ModelServer = await startModelServer((response, _request, at) => script(response, at));
  const tools = { close_account: closeAccount(closed, options.rule ?? { maxAgeSeconds: 300 }) };
  const agent = openAiAgent({ baseUrl: model.url, model: 'm', maxRetries: 0, tools });
  const { databaseUrl, clock } = options;
  const people: People = await openPeople({
    agent: { agent },
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(clock === undefined ? {} : { clock }),
  });
  return {
    ...people,
    model,
    agent,
    closed,
    /** Seconds since 1970, some time ago. */
    ago: (seconds: number) => Math.floor((clock ?? Date.now)() / 1000) - seconds,
    post: (token: string, session: string, body: Readonly<Record<string, unknown>>): Promise<Response> =>
      people.call('POST', `/v1/sessions/${session}/runs`, { token, body: { ...NOTHING_NEW, runId: randomUUID(), ...body } }),
    /** Asks for the closing of the account, and reads to the end of the run. */
    ask: async (token: string, session: string, text = 'Close my account') =>
      readEvents(await people.call('POST', `/v1/sessions/${session}/runs`, { token, body: runInput(text) })),
    async close() {
      await people.close();
      await model.close();
    },
  };
}

export type StepUpWorld = Awaited<ReturnType<typeof openStepUpWorld>>;

export async function readEvents(answer: Response): Promise<RunEvent[]> {
  if (answer.status !== 200) throw new Error(`The run answered ${answer.status}: ${await answer.text()}`);
  const frames = (await answer.text()).split('\n\n');
  return frames.flatMap((frame) => {
    const data = /^data: (.+)$/m.exec(frame)?.[1];
    return data === undefined ? [] : [JSON.parse(data) as RunEvent];
  });
}

export function interruptsOf(events: readonly RunEvent[]): readonly Interrupt[] {
  const last = events.at(-1);
  return last?.type === 'RUN_FINISHED' && last.outcome.type === 'interrupt' ? last.outcome.interrupts : [];
}

export function textOfRun(events: readonly RunEvent[]): string {
  return events.map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('');
}
