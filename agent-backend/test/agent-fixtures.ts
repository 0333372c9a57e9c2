import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Agent, AgentEvent, HistoryMessage, InstanceMemory, Turn } from '../src/agents/agent.ts';

/** An `InstanceMemory` over a plain array. */
export function arrayMemory(...told: string[]): InstanceMemory & { readonly facts: string[] } {
  const facts = [...told];
  return {
    facts,
    list: async () => facts.toReversed().map((text) => ({ id: text, text })),
    remember: async (text) => {
      if (!facts.includes(text)) facts.push(text);
      return text;
    },
    recall: async (query, limit = 8) => facts.filter((fact) => query.split(' ').some((word) => fact.includes(word))).slice(0, limit),
    forget: async (id) => facts.includes(id) && facts.splice(facts.indexOf(id), 1).length > 0,
  };
}

/** A turn in which an anonymous visitor says `text`; anything of it may be set otherwise. */
export function turnOf(text: string, rest: Partial<Turn> = {}): Turn {
  const history: HistoryMessage[] = [{ role: 'user', text }];
  return {
    history,
    participant: { level: 'anonymous', id: 'anon_x' },
    agent: 'acme/helper',
    instance: 'inst_a',
    session: 'sess_a',
    memory: arrayMemory(),
    clock: Date.now,
    signal: new AbortController().signal,
    ...rest,
  };
}

export async function collect(agent: Agent, turn: Turn): Promise<AgentEvent[]> {
  const events: AgentEvent[] = [];
  for await (const event of agent.run(turn)) events.push(event);
  return events;
}

export function textOf(events: readonly AgentEvent[]): string {
  return events.map((event) => (event.kind === 'text' ? event.delta : '')).join('');
}

export interface ModelServer {
  readonly url: string;
  /** Bodies of the requests so far, parsed. */
  readonly requests: readonly { readonly messages: readonly { readonly role: string; readonly content: unknown }[] }[];
  close(): Promise<void>;
}

/** A server on loopback that answers chat completions as `answer` says. */
export async function startModelServer(
  answer: (response: ServerResponse, request: IncomingMessage, at: number) => void,
): Promise<ModelServer> {
  const requests: ModelServer['requests'][number][] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      requests.push(JSON.parse(body) as ModelServer['requests'][number]);
      answer(response, request, requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One chunk of the streaming chat-completions protocol, as an SSE event. */
export function chunk(delta: object, finish: string | null = null): string {
  const body = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] };
  return `data: ${JSON.stringify(body)}\n\n`;
}

export function sendStream(response: ServerResponse, ...pieces: readonly string[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(pieces.join(''));
}

export const USAGE = `data: ${JSON.stringify({ id: 'c1', choices: [], usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 } })}\n\n`;
export const DONE = 'data: [DONE]\n\n';
