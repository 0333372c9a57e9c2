import { z } from 'zod';
import { PROBLEM } from './answer-schemas.ts';
import type { CredentialKind, Route } from './route.ts';

/** The routes as OpenAPI 3.1. */
export function describeRoutes(routes: readonly Route[]): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:([A-Za-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Familiar', version: '1' },
    paths,
    components: {
      schemas: { Problem: z.toJSONSchema(PROBLEM) },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A session token, or a secret key from a server.' } },
    },
  };
}

const BEARERS: readonly CredentialKind[] = ['session', 'secret'];

function describeRoute(route: Route): unknown {
  const inPath = [...route.path.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = (route.query ?? []).map((name) => ({ name, in: 'query', schema: { type: 'string' } }));
  const body =
    route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: z.toJSONSchema(route.body, { io: 'input' }) } } } };
  return {
    summary: route.summary,
    parameters: [...inPath, ...query],
    ...body,
    ...(route.credentials.some((kind) => BEARERS.includes(kind)) ? { security: [{ bearer: [] }] } : {}),
    responses: {
      '2XX': { description: 'Done.', content: { [route.answers ?? 'application/json']: describeResult(route) } },
      default: {
        description: 'A problem (RFC 9457) with a stable code; with Retry-After where waiting helps.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function describeResult({ result }: Route): unknown {
  return result === undefined ? {} : { schema: z.toJSONSchema(result) };
}
