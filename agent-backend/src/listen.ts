import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Backend } from './backend.ts';

export interface Listening {
  readonly port: number;
  /** Takes no new connection, ends the open ones; resolves when the port is free. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** 0: the system picks a free one. */
  readonly port: number;
  readonly host: string;
}

const MOST_CONNECTIONS = 10_000;

/** The HTTP server of a backend, which listens nowhere yet. */
export function createHttpServer(backend: Backend): Server {
  const server = createAdaptorServer({
    createServer,
    // Streams are answers, which these do not limit.
    serverOptions: { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384 },
    overrideGlobalObjects: false,
    fetch: async (request, env) => {
      const { incoming, outgoing } = env as HttpBindings;
      const info = { address: incoming.socket.remoteAddress ?? null, rawHeaders: incoming.rawHeaders };
      return cutWhereItFails(await backend.fetch(request, info), outgoing);
    },
  }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  server.maxHeadersCount = 64;
  return server;
}

/** The adaptor prints what a body fails with, past the log. Here the connection is cut instead, and nothing is said. */
function cutWhereItFails(response: Response, outgoing: ServerResponse): Response {
  if (response.body === null || response.headers.get('content-type') !== 'text/event-stream') return response;
  const reader = response.body.getReader();
  // Not by reading: a connection that takes nothing more is what this is for.
  reader.closed.catch(() => outgoing.destroy());
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await reader.read().catch(() => null);
        // Cut off, it has no end: the adaptor cancels it when the connection is gone.
        if (next === null) return;
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, response);
}

/** Serves a backend over HTTP. Rejects with node's own error, such as `EADDRINUSE`. */
export async function listen(backend: Backend, { port, host }: ListenOptions): Promise<Listening> {
  const server = createHttpServer(backend);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
