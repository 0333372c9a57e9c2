import type { IncomingMessage } from 'node:http';
import type { Gate } from './answer.ts';
import { readOwnOrigin } from './own-origin.ts';

/** Reads from a Node request what the gate needs. Forwarding headers are not read: anybody can send them. */
export function readNodeGate(request: IncomingMessage): Gate {
  // HTTP/2 has `:authority` in the place of `Host`.
  const { ':authority': authority, host = authority, origin, 'sec-fetch-site': fetchSite } = request.headers;
  const scheme = 'encrypted' in request.socket ? 'https' : 'http';
  return {
    method: request.method,
    fetchSite,
    origin: origin ?? null,
    ownOrigin: readOwnOrigin(scheme, typeof host === 'string' ? host : null),
  };
}
