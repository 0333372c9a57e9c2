import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, type TokenHandlerOptions } from './answer.ts';
import { readNodeGate } from './node-gate.ts';

/**
 * The same route for bare `node:http` and Express: `app.post('/familiar-token', nodeTokenHandler({signer, getUser}))`.
 * `getUser` gets the framework's request, with its session. Never rejects. See `tokenHandler` for the answers.
 */
export function nodeTokenHandler<Incoming extends IncomingMessage>(
  options: TokenHandlerOptions<Incoming>,
): (request: Incoming, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const { status, headers, body } = await answer(options, request, readNodeGate(request));
    response.writeHead(status, headers);
    response.end(body);
  };
}
