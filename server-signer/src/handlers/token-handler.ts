import { answer, type TokenHandlerOptions } from './answer.ts';
import { readOwnOrigin } from './own-origin.ts';

/**
 * The route that gives a signed-in page its identity token, for everything that speaks Fetch: Next route handlers, Hono, Deno, Bun.
 * `getUser` gets the framework's own request, such as Next's `NextRequest`.
 * `POST`, same origin only → `200 {identity_token, expires_in}` · `401 signed_out` · `403` · `405`. Never rejects.
 */
export function tokenHandler<Incoming extends Request = Request>(
  options: TokenHandlerOptions<Incoming>,
): (request: Incoming) => Promise<Response> {
  return async (request) => {
    const { status, headers, body } = await answer(options, request, {
      method: request.method,
      fetchSite: request.headers.get('sec-fetch-site'),
      origin: request.headers.get('origin'),
      ownOrigin: ownOriginOf(request),
    });
    return new Response(body, { status, headers });
  };
}

/** What the page addressed. Next writes `localhost` into `url`, whatever the host; a page cannot set `Host` (Fetch §2.2.2). */
function ownOriginOf({ url, headers }: Request): string | null {
  const { protocol, host } = new URL(url);
  return readOwnOrigin(protocol === 'https:' ? 'https' : 'http', headers.get('host') ?? host);
}
