import { z } from 'zod';
import type { Claimed } from '../../sessions/index.ts';
import { HttpProblem, notFound } from '../problem.ts';
import { type Call, json, type Route, withBody } from '../route.ts';
import { principalOf } from '../subject.ts';

const SESSION = ['session'] as const;
// The secret is looked at where secrets are.
const CLAIM = z.object({ preview: z.boolean().optional(), anonymous_secret: z.unknown().optional() });

/** Taking an anonymous conversation into an account (contract §5). */
export const CLAIM_ROUTES: readonly Route[] = [
  withBody({
    method: 'POST',
    path: '/v1/embed/claims',
    summary:
      "Takes this browser's anonymous conversations into the account; preview: true only shows them. The proof stands in the DPoP header.",
    credentials: SESSION,
    body: CLAIM,
    handle: claim,
  }),
  {
    method: 'DELETE',
    path: '/v1/embed/claims/:id',
    summary: 'Takes them out of the account again, within 24 hours.',
    credentials: SESSION,
    handle: undo,
  },
];

async function claim(call: Call<z.output<typeof CLAIM>>): Promise<Response> {
  const { services, request, url, body } = call;
  const result = await services.claims.claim({
    principal: principalOf(call),
    preview: body.preview === true,
    anonymousSecret: body.anonymous_secret,
    method: request.method,
    url: url.href,
    proof: request.headers.get('dpop'),
  });
  if (result.kind === 'preview') return json(result.preview);
  return answer(result, 201);
}

async function undo(call: Call): Promise<Response> {
  const result = await call.services.claims.undo(principalOf(call), call.params['id'] ?? '');
  if (result === null) throw notFound();
  return answer(result, 200);
}

function answer(result: Claimed, status: number): Response {
  if (result.kind === 'claimed') return json(result.receipt, result.isNew ? status : 200);
  throw new HttpProblem('run_in_progress', 'One of these conversations is being answered. Wait for that run, or cancel it.', {
    runId: result.run,
  });
}
