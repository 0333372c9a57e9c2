import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';

/** A model server on loopback that speaks the OpenAI protocol, or does what it is told to do instead. */
export interface ModelServer {
  /** What makes the backend ask this model. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it does with the next requests. */
  answer: RequestListener;
  close(): void;
}

export async function startModelServer(): Promise<ModelServer> {
  const server = createServer((request, response) => model.answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const model: ModelServer = {
    environment: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_API_KEY: 'key-for-this-test', MODEL: 'some-model' },
    answer: (_request, response) => response.writeHead(503).end(),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return model;
}

/** Begins an answer with these words; more can be written after them. */
export function beginAnswer(response: ServerResponse, words: string): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(chunk({ role: 'assistant', content: words }));
}

/** Says the last words of an answer, and ends it. */
export function endAnswer(response: ServerResponse, words: string): void {
  response.end(`${chunk({ content: words })}${chunk({}, 'stop')}data: [DONE]\n\n`);
}

function chunk(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'some-model', choices })}\n\n`;
}
