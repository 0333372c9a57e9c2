import type { Server } from 'node:http';
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
  /** 0: any free one. */
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
    fetch: (request, env) => {
      const { incoming } = env as HttpBindings;
      return backend.fetch(request, { address: incoming.socket.remoteAddress ?? null, rawHeaders: incoming.rawHeaders });
    },
  }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  server.maxHeadersCount = 64;
  return server;
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
