import type { IncomingMessage } from 'node:http';
import { answer, type TokenHandlerOptions } from './answer.ts';
import { readNodeGate } from './node-gate.ts';

interface Reply {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
}

/**
 * The same route for Fastify: `app.post('/familiar-token', fastifyTokenHandler({signer, getUser}))`.
 * `getUser` gets the FastifyRequest, with its session. Never rejects. See `tokenHandler` for the answers.
 */
export function fastifyTokenHandler<Incoming extends { readonly raw: IncomingMessage }>(
  options: TokenHandlerOptions<Incoming>,
): (request: Incoming, reply: Reply) => Promise<void> {
  return async (request, reply) => {
    const { status, headers, body } = await answer(options, request, readNodeGate(request.raw));
    reply.code(status);
    reply.headers({ ...headers });
    await reply.send(body);
  };
}
