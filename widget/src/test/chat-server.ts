import type { InstanceKind, MessageStatus, Participant, RunEvent } from '@familiar/protocol';
import { type ChatLog, createChatLog, sse } from './chat-log.ts';

export { sse };

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Record<string, unknown> | null;
}

export interface ChatServer {
  readonly fetch: typeof fetch;
  readonly seen: Seen[];
  readonly log: ChatLog;
  /** Answers the next request to a path in place of the server; `undefined` lets it through. */
  intercept: (seen: Seen) => Response | Promise<Response> | undefined;
  count(method: string, path: string): number;
  /** Runs that begin while this is true wait for `finish`. */
  isHeld: boolean;
  /** Says something in the run that is going on. */
  say(delta: string): void;
  /** Ends the run that is going on. */
  finish(ending?: Ending): void;
  /** Somebody else's words, with a run that waits for `finish`. */
  hear(author: Participant, text: string): void;
  activeRun(): string | null;
}

export type Ending = { readonly status: MessageStatus; readonly last?: RunEvent };

export const problem = (status: number, code: string, extra: { headers?: Record<string, string>; body?: object } = {}): Response =>
  Response.json({ type: 'about:blank', title: code, status, code, detail: '', ...extra.body }, { status, headers: extra.headers ?? {} });

/** The contract's endpoints, in memory, for one session of one instance: enough to hold a conversation with. */
export function createChatServer(
  participant: Participant = { level: 'anonymous', id: 'anon_x' },
  kind: InstanceKind = participant.level,
): ChatServer {
  const log = createChatLog();
  const runs = createRuns(log, participant);
  let mints = 0;
  const mint = (): Response => {
    mints += 1;
    return Response.json({
      token: `token-${mints}`,
      expires_in: 900,
      level: participant.level,
      binding: 'dpop',
      participant,
      instance: { id: 'inst_1', kind },
      limits: { message_bytes: 32_768, queued_messages: 5 },
    });
  };
  const answer = (seen: Seen): Response => {
    const { method, path, body } = seen;
    if (path.startsWith('/v1/embed/config'))
      return Response.json({ agent: 'acme/help', name: 'Help', greeting: 'Hi', suggestions: [], theme: {}, texts: {}, flags: {} });
    if (path === '/v1/embed/session-tokens') return mint();
    if (path.startsWith('/v1/embed/session-tokens/current')) return new Response(null, { status: 204 });
    if (path.startsWith('/v1/sessions?'))
      return Response.json({ data: log.sessionId === null ? [] : [{ id: log.sessionId }], next_cursor: null });
    if (path === '/v1/sessions' && method === 'POST') return Response.json({ id: log.begin() }, { status: 201 });
    if (path.includes('/messages')) return Response.json({ ...log.page(new URL(path, 'https://x')), active_run: runs.active() });
    if (path.endsWith('/runs') && body !== null) return runs.post(body, server.isHeld);
    if (path.endsWith('/cancel')) return runs.cancel(path.split('/').at(-2) ?? '');
    if (path.endsWith('/events')) return log.stream(seen.headers.get('last-event-id'), null);
    return problem(404, 'not_found');
  };
  const server: ChatServer = {
    seen: [],
    log,
    isHeld: false,
    intercept: () => undefined,
    count: (method, path) => server.seen.filter((seen) => seen.method === method && seen.path === path).length,
    say: runs.say,
    finish: runs.finish,
    hear: runs.hear,
    activeRun: runs.active,
    async fetch(input, init) {
      const request = new Request(input, init);
      const url = new URL(request.url);
      const text = await request.text();
      request.signal.throwIfAborted();
      const body: Record<string, unknown> | null = text === '' ? null : JSON.parse(text);
      const seen = { method: request.method, path: url.pathname + url.search, headers: request.headers, body };
      server.seen.push(seen);
      return (await server.intercept(seen)) ?? answer(seen);
    },
  };
  return server;
}

/** A server with `count` messages, of which the odd ones are the visitor's. */
export function filled(count: number, me: Participant = { level: 'anonymous', id: 'anon_x' }): ChatServer {
  const server = createChatServer(me);
  server.log.begin();
  for (let at = 1; at <= count; at += 1) {
    const role = at % 2 === 1 ? 'user' : 'assistant';
    const participant = role === 'user' ? me : null;
    server.log.store({ id: `m${at}`, role, content: `text ${at}`, run_id: `r${at}`, participant, status: 'complete' });
  }
  return server;
}

interface Runs {
  readonly active: () => string | null;
  readonly post: (body: Record<string, unknown>, isHeld: boolean) => Response;
  readonly cancel: (runId: string) => Response;
  readonly say: (delta: string) => void;
  readonly finish: (ending?: Ending) => void;
  readonly hear: (author: Participant, text: string) => void;
}

/** One run at a time; the same run id joins; a message is stored once by its id (contract §7). */
function createRuns(log: ChatLog, me: Participant): Runs {
  const known = new Set<string>();
  let active: { readonly runId: string; readonly answer: string; text: string } | null = null;
  const begin = (runId: string, asked: { id: string; content: string } | undefined, author: Participant): void => {
    known.add(runId);
    log.interrupts = [];
    active = { runId, answer: `msg_${runId}`, text: '' };
    log.emit(runId, { type: 'RUN_STARTED', threadId: 'sess_1', runId });
    if (asked === undefined || log.messages.some(({ id }) => id === asked.id)) return;
    log.store({ id: asked.id, role: 'user', content: asked.content, run_id: runId, participant: author, status: 'complete' });
  };
  const say = (delta: string): void => {
    if (active === null) return;
    const { runId, answer: messageId } = active;
    if (active.text === '') log.emit(runId, { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' });
    active.text += delta;
    log.emit(runId, { type: 'TEXT_MESSAGE_CONTENT', messageId, delta });
  };
  const finish = ({ status, last }: Ending = { status: 'complete' }): void => {
    if (active === null) return;
    const { runId, answer: id, text } = active;
    active = null;
    if (text !== '') log.store({ id, role: 'assistant', content: text, run_id: runId, participant: null, status });
    const outcome = { type: status === 'cancelled' ? 'cancelled' : 'success' } as const;
    if (last?.type === 'RUN_FINISHED' && last.outcome?.type === 'interrupt') log.interrupts = last.outcome.interrupts;
    log.emit(runId, last ?? { type: 'RUN_FINISHED', threadId: 'sess_1', runId, outcome });
  };
  return {
    active: () => active?.runId ?? null,
    say,
    finish,
    hear: (author, text) => begin(`theirs-${log.messages.length}`, { id: `m-${log.messages.length}`, content: text }, author),
    cancel(runId) {
      if (active?.runId === runId) finish({ status: 'cancelled' });
      return Response.json({ run_id: runId });
    },
    post(body, isHeld) {
      const runId = String(body['runId']);
      if (known.has(runId)) return log.stream(`${runId}:0`, runId);
      if (active !== null) return problem(409, 'run_in_progress', { body: { run_id: active.runId } });
      const [asked] = body['messages'] as { id: string; content: string }[];
      begin(runId, asked, me);
      if (!isHeld) {
        say('You said: ');
        say(asked?.content ?? 'nothing');
        finish();
      }
      return log.stream(`${runId}:0`, runId);
    },
  };
}
