import type { z } from 'zod';
import type { Principal, ServerPrincipal, ParticipantPrincipal } from '../identity/principal.ts';
import type { Services } from './services.ts';

/** Which credential opens a route. `origin`: an embed key used from one of its pages. */
export type CredentialKind = 'none' | 'origin' | 'session' | 'secret';

/** A request after the guard: no token is in it. */
export interface Call<Body = unknown> {
  readonly services: Services;
  readonly request: Request;
  /** Absolute, as the browser sees it. */
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly principal: Principal | null;
  /** For limits. */
  readonly address: string;
  /** Is the credential that this call came with still good? */
  readonly mayGoOn: () => Promise<boolean>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for each part that varies. */
  readonly path: string;
  readonly summary: string;
  readonly credentials: readonly CredentialKind[];
  /** Names of the query's parameters that it reads, for the description; `SINGLE_PARAMETERS` has them all. */
  readonly query?: readonly string[];
  readonly body?: z.ZodType;
  /** Media type of success. Default `application/json`. */
  readonly answers?: string;
  /** Of success, for the description. */
  readonly result?: z.ZodType;
  handle(call: Call): Promise<Response>;
}

interface RouteWithBody<Schema extends z.ZodType> extends Omit<Route, 'handle' | 'body'> {
  readonly body: Schema;
  handle(call: Call<z.output<Schema>>): Promise<Response>;
}

/** The query of routes that a customer's server calls for somebody: whom, and in which instance. */
export const WHOSE = ['end_user_id', 'user_id', 'instance', 'instance_id'] as const;

/** Ties a body's schema to the handler that reads it. */
export function withBody<Schema extends z.ZodType>(route: RouteWithBody<Schema>): Route {
  return { ...route, handle: (call) => route.handle({ ...call, body: route.body.parse(call.body) }) };
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
}

export function empty(): Response {
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
}

export type { ParticipantPrincipal, ServerPrincipal };
