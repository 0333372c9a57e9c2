import type { Level, Participant } from '@familiar/protocol';
import { type ChatServer, createChatServer, problem, type Seen } from './chat-server.ts';

/** A backend for many people: each has one chat server behind the session tokens that they are given. */
export interface IdentityServer {
  readonly fetch: typeof fetch;
  readonly mints: Seen[];
  readonly deletes: Seen[];
  /** Anonymous ids that are tombstones. */
  readonly gone: Set<string>;
  readonly revoked: Set<string>;
  /** Seconds that a session token lives. */
  lifeS: number;
  isStrict: boolean;
  /** Answers in place of the server; `undefined` lets it through. */
  intercept: (seen: Seen) => Response | Promise<Response> | undefined;
  chatOf(level: Level, id: string): ChatServer;
}

/** An identity token that nobody signed: the widget cannot tell. */
export const identityToken = (sub: string, expiresAt = 4_000_000_000): string => `h.${btoa(JSON.stringify({ sub, exp: expiresAt }))}.s`;

export function readProof(seen: Seen): { jwk: { x: string }; claims: Record<string, unknown> } | null {
  const [header, claims] = (seen.headers.get('dpop') ?? '').split('.').map((part) => part.replaceAll('-', '+').replaceAll('_', '/'));
  return header && claims ? { jwk: JSON.parse(atob(header)).jwk, claims: JSON.parse(atob(claims)) } : null;
}

/** Whose key has signed the request. */
export function keyOf(seen: Seen | undefined): string | undefined {
  return seen === undefined ? undefined : readProof(seen)?.jwk.x;
}

function participantOf(seen: Seen, count: number): Participant {
  const { user_id: userId, identity_token: token } = seen.body ?? {};
  if (typeof token === 'string') return { level: 'verified', id: JSON.parse(atob(token.split('.')[1] ?? '')).sub };
  if (userId === 'ephemeral') return { level: 'ephemeral', id: `eph_${count}` };
  if (typeof userId === 'string') return { level: 'soft', id: userId };
  return { level: 'anonymous', id: `anon_${readProof(seen)?.jwk.x ?? String(seen.body?.['anonymous_secret'])}` };
}

export function createIdentityServer(): IdentityServer {
  const chats = new Map<string, ChatServer>();
  const holders = new Map<string, Participant>();
  const chatOf = (level: Level, id: string): ChatServer => {
    const key = JSON.stringify([level, id]);
    const chat = chats.get(key) ?? createChatServer({ level, id });
    chats.set(key, chat);
    return chat;
  };
  const bearer = (seen: Seen): string => (seen.headers.get('authorization') ?? '').slice('Bearer '.length);
  const mint = (seen: Seen): Response => {
    server.mints.push(seen);
    const before = holders.get(bearer(seen));
    const found = participantOf(seen, server.mints.length);
    const participant = found.level === 'ephemeral' && before?.level === 'ephemeral' ? before : found;
    if (server.gone.has(participant.id)) return problem(410, 'gone');
    const token = `token-${server.mints.length}`;
    holders.set(token, participant);
    return Response.json({
      token,
      expires_in: server.lifeS,
      level: participant.level,
      binding: 'dpop',
      participant,
      instance: { id: `inst_${participant.level}_${participant.id}`, kind: participant.level },
      limits: { message_bytes: 32_768, queued_messages: 5 },
    });
  };
  const answer = async (seen: Seen, request: Request): Promise<Response> => {
    if (seen.path.startsWith('/v1/embed/config')) {
      const flags = { strict_binding: server.isStrict };
      return Response.json({ agent: 'acme/help', name: 'Help', greeting: 'Hi', suggestions: [], theme: {}, texts: {}, flags });
    }
    if (seen.path === '/v1/embed/session-tokens') return mint(seen);
    if (seen.method === 'DELETE') server.deletes.push(seen);
    const holder = holders.get(bearer(seen));
    if (holder === undefined || server.revoked.has(bearer(seen))) return problem(401, 'session_token_revoked');
    if (seen.path === '/v1/embed/session-tokens/current') server.revoked.add(bearer(seen));
    return seen.method === 'DELETE' ? new Response(null, { status: 204 }) : chatOf(holder.level, holder.id).fetch(request);
  };
  const server: IdentityServer = {
    mints: [],
    deletes: [],
    gone: new Set(),
    revoked: new Set(),
    lifeS: 900,
    isStrict: false,
    intercept: () => undefined,
    chatOf,
    async fetch(input, init) {
      const request = new Request(input, init);
      const url = new URL(request.url);
      const text = await request.clone().text();
      request.signal.throwIfAborted();
      const body: Record<string, unknown> | null = text === '' ? null : JSON.parse(text);
      const seen = { method: request.method, path: url.pathname + url.search, headers: request.headers, body };
      return (await server.intercept(seen)) ?? answer(seen, request);
    },
  };
  return server;
}

/** Settings of a page on which a user is signed in. */
export function signedIn(sub: string) {
  return { userId: sub, getIdentityToken: async () => identityToken(sub) };
}
