import { Hono } from 'hono';
import { ZodError } from 'zod';
import { clientAddress, type ConnectionInfo } from './address.ts';
import { readJson } from './body.ts';
import { allowOrigin, preflight } from './cors.ts';
import { checkRequest, readCredential } from './guard.ts';
import { HttpProblem, notFound, problemResponse, toHttpProblem } from './problem.ts';
import type { Call, Route } from './route.ts';
import { ROUTES } from './routes.ts';
import type { Services } from './services.ts';

export type App = (request: Request, info: ConnectionInfo) => Promise<Response>;

/** `Request → Response` for every route of the table. Never rejects. */
export function createApp(services: Services): App {
  const hono = new Hono<{ Bindings: ConnectionInfo }>();
  for (const route of ROUTES) {
    hono.on(route.method, route.path, (context) =>
      answer(services, { route, request: context.req.raw, params: context.req.param(), info: context.env }),
    );
  }
  for (const path of new Set(ROUTES.map((route) => route.path))) {
    const allow = ROUTES.filter((route) => route.path === path).map(({ method }) => method);
    hono.all(path, async (context) => {
      const problem = new HttpProblem('method_not_allowed', `This address takes ${allow.join(', ')}.`);
      const response = turnAway(services, context.req.raw, { route: path, problem });
      response.headers.set('allow', allow.join(', '));
      return response;
    });
  }
  hono.notFound(async (context) => turnAway(services, context.req.raw, { route: NO_ROUTE, problem: notFound() }));
  return async (request, info) => (request.method === 'OPTIONS' ? preflight(request, services.embedKeys) : hono.fetch(request, info));
}

/** In logs and counters, in the place of a path that may hold anything. */
const NO_ROUTE = 'no route';
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

interface Unmatched {
  readonly route: string;
  readonly problem: HttpProblem;
}

function turnAway(services: Services, request: Request, { route, problem }: Unmatched): Response {
  const response = problemResponse(problem);
  allowOrigin(response, request, services.embedKeys);
  const method = METHODS.has(request.method) ? request.method : 'other';
  note(services, response, { method, route, code: problem.code });
  return response;
}

interface Noted {
  readonly method: string;
  readonly route: string;
  readonly code: string | undefined;
  /** Default: this moment. */
  readonly startedAt?: number;
}

/** One line and one count for each answer; names from this code alone, since addresses may hold a token. */
function note({ metrics, log, clock }: Services, response: Response, { method, route, code, startedAt }: Noted): void {
  response.headers.set('x-content-type-options', 'nosniff');
  const { status } = response;
  metrics.count('familiar_http_requests_total', { route, method, status: String(status) });
  const now = clock();
  log.info({ method, route, status, code, durationMs: now - (startedAt ?? now) }, 'request');
}

interface Incoming {
  readonly route: Route;
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly info: ConnectionInfo;
}

async function answer(services: Services, incoming: Incoming): Promise<Response> {
  const { route, request } = incoming;
  const startedAt = services.clock();
  let code: string | undefined;
  const response = await handle(services, incoming).catch((error: unknown) => {
    const problem = error instanceof ZodError ? fromZod(error) : toHttpProblem(error);
    code = problem.code;
    if (code === 'internal_error') services.log.error({ route: route.path, error: nameOf(error) }, 'unexpected');
    return problemResponse(problem);
  });
  // A page of another site learns nothing, not even why.
  if (code === 'origin_not_allowed') response.headers.append('vary', 'Origin');
  else allowOrigin(response, request, services.embedKeys);
  note(services, response, { method: route.method, route: route.path, code, startedAt });
  return request.method === 'HEAD' ? withoutBody(response) : response;
}

/** A GET stands behind every HEAD: a stream that nobody will read gives its place back. */
async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, response);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

async function handle(services: Services, { route, request, params, info }: Incoming): Promise<Response> {
  const url = publicAddress(services, request);
  checkRequest(url, info);
  const { headers } = request;
  const credential = readCredential(services, route, {
    method: request.method,
    url: url.href,
    authorization: headers.get('authorization'),
    origin: headers.get('origin'),
    proof: headers.get('dpop'),
  });
  const isOpen = route.credentials.includes('none') || route.credentials.includes('origin');
  const principal = isOpen ? null : await credential.verify();
  if (principal?.kind === 'participant') services.browsers.note(principal.agent, principal.holder);
  const call: Call = {
    services,
    request,
    url,
    params,
    body: route.body === undefined ? undefined : await readJson(request),
    principal,
    address: clientAddress(info, headers.get('x-forwarded-for'), services.trustedProxies),
    mayGoOn: () => credential.isStillGood(),
  };
  return route.handle(call);
}

function publicAddress({ publicUrl }: Services, request: Request): URL {
  const url = new URL(request.url);
  return publicUrl === null ? url : new URL(publicUrl.replace(/\/$/, '') + url.pathname + url.search);
}

/** Names the member, never its value. */
function fromZod(error: ZodError): HttpProblem {
  const [first] = error.issues;
  const member = first?.path[0];
  return new HttpProblem(
    'malformed_request',
    `The body does not fit: ${member === undefined ? 'it is not the object that is expected' : `look at "${String(member)}"`}. /openapi.json describes it.`,
  );
}
