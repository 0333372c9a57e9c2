export type Stranger = 'anonymous' | 'soft' | 'other user' | 'other agent' | 'server for another user' | "other agent's server";

/** What a route must answer to those who are not alice, and to alice. */
export interface Row {
  /** By stranger. The agent's own server is left out where it is the owner. */
  readonly strangers: Readonly<Partial<Record<Stranger, string>>>;
  /** Default 200. */
  readonly owner?: string;
  /** Alice's own call ends what the others could not touch. */
  readonly isLast?: true;
}

const NOT_FOUND = '404 not_found';
const REFUSED = '401 invalid_credential';
const ANYBODY_SIGNED_IN = ['anonymous', 'soft', 'other user', 'other agent'] as const;

function same(verdict: string, whom: readonly Stranger[]): Partial<Record<Stranger, string>> {
  return Object.fromEntries(whom.map((stranger) => [stranger, verdict]));
}

/** What is alice's is not there for anybody else: by session token, or by secret key. */
const HERS = { ...same(NOT_FOUND, ANYBODY_SIGNED_IN), 'server for another user': NOT_FOUND, "other agent's server": NOT_FOUND };
/** Secret keys have no business here. */
const NO_SERVERS = { 'server for another user': REFUSED, "other agent's server": REFUSED };
/** Each caller gets their own; the test looks for alice's words in it. */
const THEIR_OWN = { ...same('200', ANYBODY_SIGNED_IN), ...NO_SERVERS };
const THEIR_OWN_OR_THEIR_USERS = { ...same('200', ANYBODY_SIGNED_IN), 'server for another user': '200', "other agent's server": '200' };
/** For the owner's server alone. */
const OWNERS = { ...same(REFUSED, ANYBODY_SIGNED_IN), "other agent's server": NOT_FOUND };
/** Each owner's server has its own. */
const EACH_OWNERS = { ...OWNERS, "other agent's server": '200' };
const ANYBODY = { strangers: THEIR_OWN_OR_THEIR_USERS };

/** By route: every route of the table has its row here. */
export const ROWS: Readonly<Record<string, Row>> = {
  'GET /healthz': ANYBODY,
  'GET /readyz': ANYBODY,
  'GET /metrics': ANYBODY,
  'GET /openapi.json': ANYBODY,
  'GET /v1/embed/config': ANYBODY,
  // A bearer credential adds nothing to a mint: a server is no page, and a browser is whoever its proof says.
  'POST /v1/embed/session-tokens': {
    strangers: {
      ...same('200', ANYBODY_SIGNED_IN),
      'server for another user': '403 origin_not_allowed',
      "other agent's server": '403 origin_not_allowed',
    },
    // Without her identity token she is the visitor whose conversation she has claimed, who is no more.
    owner: '410 gone',
  },
  'DELETE /v1/embed/session-tokens/current': { strangers: { ...same('204', ANYBODY_SIGNED_IN), ...NO_SERVERS }, owner: '204' },
  // Of their own browsers, in which nothing was ever said.
  'POST /v1/embed/claims': {
    strangers: {
      anonymous: '403 identity_required',
      soft: '403 identity_required',
      'other user': '201',
      'other agent': '201',
      ...NO_SERVERS,
    },
  },
  'DELETE /v1/embed/claims/:id': {
    strangers: {
      anonymous: '403 identity_required',
      soft: '403 identity_required',
      'other user': NOT_FOUND,
      'other agent': NOT_FOUND,
      ...NO_SERVERS,
    },
  },
  'POST /v1/sessions': {
    strangers: { ...same('201', ANYBODY_SIGNED_IN), 'server for another user': '201', "other agent's server": '201' },
    owner: '201',
  },
  'GET /v1/sessions': { strangers: THEIR_OWN_OR_THEIR_USERS },
  'GET /v1/sessions/:id': { strangers: HERS },
  'PATCH /v1/sessions/:id': { strangers: HERS },
  'DELETE /v1/sessions/:id': { strangers: HERS, owner: '204', isLast: true },
  'GET /v1/sessions/:id/messages': { strangers: HERS },
  'POST /v1/sessions/:id/runs': { strangers: HERS },
  'POST /v1/sessions/:id/runs/:runId/cancel': { strangers: HERS },
  'GET /v1/sessions/:id/events': { strangers: HERS },
  // The same threadId in another instance is another session (contract §6): made, and empty.
  'POST /v1/agents/:org/:agent/ag-ui': {
    strangers: {
      ...same('200', ['anonymous', 'soft', 'other user']),
      'other agent': NOT_FOUND,
      'server for another user': '200',
      "other agent's server": NOT_FOUND,
    },
  },
  'GET /v1/instance': { strangers: THEIR_OWN },
  'DELETE /v1/instance': { strangers: THEIR_OWN, isLast: true },
  'GET /v1/instance/export': { strangers: THEIR_OWN },
  'GET /v1/instance/memories': { strangers: THEIR_OWN },
  'DELETE /v1/instance/memories/:id': { strangers: { ...same(NOT_FOUND, ANYBODY_SIGNED_IN), ...NO_SERVERS }, owner: '204' },
  'GET /v1/instances': { strangers: EACH_OWNERS },
  'GET /v1/instances/:id': { strangers: OWNERS },
  'GET /v1/instances/:id/export': { strangers: OWNERS },
  'DELETE /v1/instances/:id': { strangers: OWNERS },
  'PUT /v1/instances/:id/participants/:level/:participant': { strangers: OWNERS, owner: '204' },
  'DELETE /v1/instances/:id/participants/:level/:participant': { strangers: OWNERS, owner: '204' },
  'GET /v1/identity-keys': { strangers: EACH_OWNERS },
  'POST /v1/identity-keys': { strangers: { ...OWNERS, "other agent's server": '201' }, owner: '201' },
  'PATCH /v1/identity-keys/:kid': { strangers: OWNERS },
  'GET /v1/identity-keys/:kid/audit': { strangers: OWNERS },
};
