import { z } from 'zod';
import type { ServerPrincipal } from '../../identity/principal.ts';
import { HttpProblem, notFound } from '../problem.ts';
import { type Call, json, type Route, withBody } from '../route.ts';
import { principalOf } from '../subject.ts';

const SECRET = ['secret'] as const;

const NEW_KEY = z.strictObject({
  issuer: z.string().regex(/^[^\p{Cc}\p{Cs}]{1,255}$/u),
  jwk: z.record(z.string(), z.unknown()),
  status: z.enum(['next', 'active']).optional(),
});
const CHANGE = z.strictObject({ status: z.enum(['next', 'active', 'retiring', 'revoked']) });

/** The owner's hand on the keys that vouch for users (contract §3). */
export const IDENTITY_KEY_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/v1/identity-keys', summary: 'The keys whose identity tokens are accepted.', credentials: SECRET, handle: list },
  withBody({
    method: 'POST',
    path: '/v1/identity-keys',
    summary: 'Adds a public key. A kid is never used twice.',
    credentials: SECRET,
    body: NEW_KEY,
    handle: add,
  }),
  withBody({
    method: 'PATCH',
    path: '/v1/identity-keys/:kid',
    summary: 'Activates, retires or revokes a key. Revoked: at once, for good, with the sessions it vouched for.',
    credentials: SECRET,
    body: CHANGE,
    handle: change,
  }),
  {
    method: 'GET',
    path: '/v1/identity-keys/:kid/audit',
    summary: 'Who did what to a key, and when; oldest first.',
    credentials: SECRET,
    handle: audit,
  },
];

async function list(call: Call): Promise<Response> {
  return json({ data: await call.services.identityKeys.list(ownerOf(call).agent), next_cursor: null });
}

async function add(call: Call<z.output<typeof NEW_KEY>>): Promise<Response> {
  const { agent, keyName } = ownerOf(call);
  const { issuer, jwk, status = 'active' } = call.body;
  return json(await call.services.identityKeys.add(agent, { issuer, jwk, status }, keyName), 201);
}

async function change(call: Call<z.output<typeof CHANGE>>): Promise<Response> {
  const { agent, keyName } = ownerOf(call);
  const { status } = call.body;
  return json(await call.services.identityKeys.changeStatus(agent, call.params['kid'] ?? '', { status, actor: keyName }));
}

async function audit(call: Call): Promise<Response> {
  const { agent } = ownerOf(call);
  const kid = call.params['kid'] ?? '';
  const lines = await call.services.identityKeys.audit(agent, kid);
  if (lines.length === 0 && !(await isListed(call, kid))) throw notFound();
  const data = lines.map(({ action, actor, atMs }) => ({ action, actor, created_at: new Date(atMs).toISOString() }));
  return json({ data, next_cursor: null });
}

async function isListed(call: Call, kid: string): Promise<boolean> {
  return (await call.services.identityKeys.list(ownerOf(call).agent)).some((key) => key.kid === kid);
}

function ownerOf(call: Call): ServerPrincipal {
  const principal = principalOf(call);
  if (principal.kind === 'server') return principal;
  throw new HttpProblem('invalid_credential', 'This route takes a secret key.');
}
