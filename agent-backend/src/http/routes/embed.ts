import type { EmbedConfig } from '@familiar/protocol';
import { z } from 'zod';
import { isAllowedOrigin } from '../../identity/origins.ts';
import { takeMint } from '../mint-limits.ts';
import { HttpProblem } from '../problem.ts';
import { type Call, empty, json, type Route, withBody } from '../route.ts';
import { principalOf } from '../subject.ts';
import { eraseWhole } from './instance.ts';

export const EMBED_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/embed/config',
    summary: 'What the panel shows before anybody has spoken.',
    credentials: ['origin'],
    query: ['embed_key'],
    handle: config,
  },
  withBody({
    method: 'POST',
    path: '/v1/embed/session-tokens',
    summary: 'A session token for one browser. The proof stands in the DPoP header.',
    credentials: ['origin'],
    // Its members are looked at where ids are: their problems have codes of their own.
    body: z.unknown(),
    handle: mint,
  }),
  { method: 'DELETE', path: '/v1/embed/session-tokens/current', summary: 'Logout.', credentials: ['session'], handle: revoke },
];

async function config(call: Call): Promise<Response> {
  const { embedKeys, findAgent } = call.services;
  const key = embedKeys.find(call.url.searchParams.get('embed_key'));
  const agent = key === null ? null : findAgent(key.agent);
  if (key === null || agent === null)
    throw new HttpProblem('unknown_embed_key', 'This embed key is not known here. Compare it with the backend configuration.');
  if (!key.enabled) throw new HttpProblem('embed_key_disabled', 'This embed key is disabled.');
  const origin = call.request.headers.get('origin');
  if (origin !== null && !isAllowedOrigin(origin, key.origins))
    throw new HttpProblem(
      'origin_not_allowed',
      "The page's origin is not on this embed key's list. Add it exactly: scheme, host and port.",
    );
  const { embedConfig } = agent;
  const body: EmbedConfig = { agent: key.agent, ...embedConfig, flags: { ...embedConfig.flags, strict_binding: key.strictBinding } };
  return json(body);
}

async function mint(call: Call): Promise<Response> {
  const { services, request } = call;
  const granted = await takeMint(call);
  const { headers } = request;
  const result = await services.mint({
    body: call.body,
    method: request.method,
    url: call.url.href,
    origin: headers.get('origin'),
    proof: headers.get('dpop'),
    authorization: headers.get('authorization'),
  });
  if (result.kind === 'minted') {
    granted();
    services.metrics.count('familiar_mints_total', { result: result.response.level });
    return json(result.response);
  }
  services.metrics.count('familiar_mints_total', { result: result.code });
  throw new HttpProblem(result.code, result.detail, { nonce: result.nonce });
}

async function revoke(call: Call): Promise<Response> {
  const principal = principalOf(call);
  if (principal.kind !== 'participant') return empty();
  const { sessionTokens } = call.services;
  await sessionTokens.revoke(principal);
  // Nobody comes back to an ephemeral instance: with its token goes all of it (R5).
  if (principal.instance.kind === 'ephemeral') await eraseWhole(call, principal.instance);
  return empty();
}
