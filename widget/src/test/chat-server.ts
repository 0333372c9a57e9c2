import type { Message, Participant, RunEvent } from '@familiar/protocol';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Record<string, unknown> | null;
}

export interface ChatServer {
  readonly fetch: typeof fetch;
  readonly seen: Seen[];
  /** Answers the next request to a path in place of the server; `undefined` lets it through. */
  intercept: (seen: Seen) => Response | Promise<Response> | undefined;
  count(method: string, path: string): number;
}

const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  Response.json({ type: 'about:blank', title: code, status, code, detail: '' }, { status, headers });

export { problem };

export function sse(runId: string, events: readonly RunEvent[], from = 0): Response {
  const text = events.map((event, index) => `id: ${runId}:${index + 1}\ndata: ${JSON.stringify(event)}\n\n`).slice(from);
  return new Response(text.join(''), { headers: { 'content-type': 'text/event-stream' } });
}

/** The contract's endpoints, in memory, for one participant: enough to hold a conversation with. */
export function createChatServer(participant: Participant = { level: 'anonymous', id: 'anon_x' }): ChatServer {
  const messages: Message[] = [];
  let sessionId: string | null = null;
  let mints = 0;
  const store = (part: Pick<Message, 'id' | 'role' | 'content' | 'run_id'>): Message => {
    const message: Message = {
      ...part,
      seq: messages.length + 1,
      status: 'complete',
      participant: part.role === 'user' ? participant : null,
      created_at: '2030-01-01T00:00:00Z',
    };
    messages.push(message);
    return message;
  };
  const run = (body: Record<string, unknown>): Response => {
    const runId = String(body['runId']);
    const [asked] = body['messages'] as { id: string; content: string }[];
    if (asked === undefined) return problem(422, 'unprocessable');
    const said = store({ id: asked.id, role: 'user', content: asked.content, run_id: runId });
    const answer = store({ id: `msg_${messages.length}`, role: 'assistant', content: `You said: ${asked.content}`, run_id: runId });
    return sse(runId, [
      { type: 'RUN_STARTED', threadId: String(sessionId), runId },
      { type: 'CUSTOM', name: 'message_stored', value: said },
      { type: 'TEXT_MESSAGE_START', messageId: answer.id, role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: answer.id, delta: 'You said: ' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: answer.id, delta: asked.content },
      { type: 'TEXT_MESSAGE_END', messageId: answer.id },
      { type: 'CUSTOM', name: 'message_stored', value: answer },
      { type: 'RUN_FINISHED', threadId: String(sessionId), runId, outcome: { type: 'success' } },
    ]);
  };
  const answer = ({ method, path, body }: Seen): Response => {
    if (path.startsWith('/v1/embed/config'))
      return Response.json({ agent: 'acme/help', name: 'Help', greeting: 'Hi', suggestions: [], theme: {}, texts: {}, flags: {} });
    if (path === '/v1/embed/session-tokens') {
      mints += 1;
      return Response.json({
        token: `token-${mints}`,
        expires_in: 900,
        level: participant.level,
        binding: 'dpop',
        participant,
        instance: { id: 'inst_1', kind: participant.level },
        limits: { message_bytes: 32_768, queued_messages: 5 },
      });
    }
    if (path.startsWith('/v1/embed/session-tokens/current')) return new Response(null, { status: 204 });
    if (path.startsWith('/v1/sessions?')) return Response.json({ data: sessionId === null ? [] : [{ id: sessionId }], next_cursor: null });
    if (path === '/v1/sessions' && method === 'POST') {
      sessionId = 'sess_1';
      return Response.json({ id: sessionId }, { status: 201 });
    }
    if (path.includes('/messages'))
      return Response.json({ data: messages, next_cursor: null, active_run: null, last_event_id: 'sess_1:0' });
    if (path.endsWith('/runs') && body !== null) return run(body);
    return problem(404, 'not_found');
  };
  const server: ChatServer = {
    seen: [],
    intercept: () => undefined,
    count: (method, path) => server.seen.filter((seen) => seen.method === method && seen.path === path).length,
    async fetch(input, init) {
      const request = new Request(input, init);
      const url = new URL(request.url);
      const text = await request.text();
      const seen = {
        method: request.method,
        path: url.pathname + url.search,
        headers: request.headers,
        body: text === '' ? null : JSON.parse(text),
      };
      server.seen.push(seen);
      return (await server.intercept(seen)) ?? answer(seen);
    },
  };
  return server;
}
