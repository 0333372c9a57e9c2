import type { EmbedKeys } from '../identity/embed-keys.ts';
import { isAllowedOrigin } from '../identity/origins.ts';

/** Answers a preflight: no key is named in it, so the origins of all enabled keys count. */
export function preflight(request: Request, embedKeys: EmbedKeys): Response {
  const response = new Response(null, { status: 204 });
  if (!allowOrigin(response, request, embedKeys)) return response;
  response.headers.set('access-control-allow-methods', 'GET, POST, PATCH, DELETE');
  response.headers.set('access-control-allow-headers', 'authorization, content-type, dpop, last-event-id');
  response.headers.set('access-control-max-age', '600');
  return response;
}

/** Lets the page read the answer: its exact origin, never `*`, never with credentials. False where it may not. */
export function allowOrigin(response: Response, request: Request, embedKeys: EmbedKeys): boolean {
  response.headers.append('vary', 'Origin');
  const origin = request.headers.get('origin');
  if (origin === null || !isAllowedOrigin(origin, embedKeys.origins)) return false;
  response.headers.set('access-control-allow-origin', origin);
  response.headers.set('access-control-expose-headers', 'DPoP-Nonce, Retry-After');
  return true;
}
