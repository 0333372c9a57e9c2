import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (response: ServerResponse) => void;

export interface KeySetServer {
  readonly url: string;
  /** Requests so far. */
  readonly requests: () => number;
  /** From now on. */
  answer(with_: Answer): void;
  close(): Promise<void>;
}

/** An issuer's key set on loopback. */
export async function startKeySetServer(first: Answer): Promise<KeySetServer> {
  let requests = 0;
  let current = first;
  const server = createServer((_request, response) => {
    requests += 1;
    current(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    requests: () => requests,
    answer: (next) => (current = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function publish(keys: readonly unknown[], headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ keys }));
}
