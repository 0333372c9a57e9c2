import type { IncomingMessage } from 'node:http';
import type { Gate } from './answer.ts';

/** Reads from a Node request what the gate needs. Forwarding headers are not read: anybody can send them. */
export function readNodeGate(request: IncomingMessage): Gate {
  const { host, origin, 'sec-fetch-site': fetchSite } = request.headers;
  const scheme = 'encrypted' in request.socket ? 'https' : 'http';
  return {
    method: request.method,
    fetchSite,
    origin: origin ?? null,
    ownOrigin: host === undefined ? null : `${scheme}://${host}`,
  };
}
