import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { WIDGET } from './widget.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A site of one page, a sign-in by address, and a token route; each may be wrong on purpose. */
export interface TestSite {
  /** The page's head. Default: one tag of the widget in `widget.ts`. */
  readonly head?: string;
  /** Sent with the page. */
  readonly policy?: string;
  /** How the widget of this site misbehaves: read by `widget.ts`. */
  readonly flaw?: string;
  readonly token?: Handle;
}

export const TAG = '<script async src="/familiar.js" data-agent="acme/guide" data-embed-key="pk_acme"></script>';

/** Who is signed in, by the cookie that `/login?user=` sets. */
export function userOf(request: IncomingMessage): string | null {
  return /user=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? null;
}

/** Listens on a free port of this machine. Returns its origin and the way to stop it. */
export async function serve(site: TestSite): Promise<{ origin: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => void answer(site, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${portOf(server)}`, close: async () => new Promise((resolve) => server.close(() => resolve())) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answer(site: TestSite, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('Connection', 'close');
  const url = new URL(request.url ?? '/', 'http://site');
  if (url.pathname === '/token' && site.token) return site.token(request, response);
  if (url.pathname === '/v1/embed/session-tokens') return mint(site, response);
  if (url.pathname === '/familiar.js') {
    response.setHeader('Content-Type', 'text/javascript');
    return void response.end(`const FLAW = ${JSON.stringify(site.flaw ?? '')};\n${WIDGET}`);
  }
  if (url.pathname === '/login') response.setHeader('Set-Cookie', `user=${url.searchParams.get('user')}; Path=/; HttpOnly`);
  if (site.policy !== undefined) response.setHeader('Content-Security-Policy', site.policy);
  response.setHeader('Content-Type', 'text/html');
  response.end(`<!doctype html><title>Acme</title>${site.head ?? TAG}<h1>Acme</h1>`);
}

/** A new visitor at each call, or always the same one. */
function mint({ flaw }: TestSite, response: ServerResponse): void {
  const id = flaw === 'one-for-all' ? 'anon_everybody' : `anon_${crypto.randomUUID()}`;
  const body = { token: `token-${crypto.randomUUID()}`, participant: { level: 'anonymous', id }, instance: { id: `inst_${id}` } };
  response.setHeader('Content-Type', 'application/json');
  if (flaw === 'wrong-origin') return void response.writeHead(403).end('{"code":"origin_not_allowed"}');
  response.end(JSON.stringify(body));
}
