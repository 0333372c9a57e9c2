import { answer, type TokenHandlerOptions } from './answer.ts';

/**
 * The route that gives a signed-in page its identity token, for everything that speaks Fetch: Next route handlers, Hono, Deno, Bun.
 * `POST`, same origin only → `200 {identity_token, expires_in}` · `401 signed_out` · `403` · `405`. Never rejects.
 */
export function tokenHandler(options: TokenHandlerOptions<Request>): (request: Request) => Promise<Response> {
  return async (request) => {
    const { status, headers, body } = await answer(options, request, {
      method: request.method,
      fetchSite: request.headers.get('sec-fetch-site'),
      origin: request.headers.get('origin'),
      ownOrigin: new URL(request.url).origin,
    });
    return new Response(body, { status, headers });
  };
}
