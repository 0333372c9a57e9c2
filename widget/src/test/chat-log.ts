import { type Interrupt, isTerminal, type Message, type RunEvent } from '@familiar/protocol';

interface Logged {
  readonly id: string;
  readonly runId: string;
  readonly event: RunEvent;
}

/** What happened in the session, in one order, and who listens to it. */
export interface ChatLog {
  sessionId: string | null;
  readonly messages: Message[];
  begin(): string;
  emit(runId: string, event: RunEvent): void;
  store(part: Omit<Message, 'seq' | 'created_at'>): void;
  /** What the newest run waits for, as the pages tell it. */
  interrupts: readonly Interrupt[];
  /** `limit` and `before` as the contract has them. */
  page(url: URL): object;
  /** From an event on; of one run until it ends, or of everything until `drop`. */
  stream(lastEventId: string | null, runId: string | null): Response;
  /** Breaks every connection off. */
  drop(): void;
  /** Forgets the events: an older cursor gets a gap. */
  prune(): void;
  readonly listeners: () => number;
}

const encoder = new TextEncoder();
const frame = (id: string, event: RunEvent): Uint8Array => encoder.encode(`id: ${id}\ndata: ${JSON.stringify(event)}\n\n`);

export function sse(runId: string, events: readonly RunEvent[], from = 0): Response {
  const frames = events.map((event, index) => new TextDecoder().decode(frame(`${runId}:${index + 1}`, event))).slice(from);
  return new Response(frames.join(''), { headers: { 'content-type': 'text/event-stream' } });
}

export function createChatLog(): ChatLog {
  let events: Logged[] = [];
  const counts = new Map<string, number>();
  const listeners = new Set<{ readonly hear: (logged: Logged) => void; readonly drop: () => void }>();
  const log: ChatLog = {
    sessionId: null,
    messages: [],
    interrupts: [],
    begin: () => (log.sessionId = 'sess_1'),
    emit(runId, event) {
      const seq = (counts.get(runId) ?? 0) + 1;
      counts.set(runId, seq);
      const logged = { id: `${runId}:${seq}`, runId, event };
      events.push(logged);
      for (const { hear } of listeners) hear(logged);
    },
    store(part) {
      const message = { ...part, seq: log.messages.length + 1, created_at: '2030-01-01T00:00:00Z' };
      log.messages.push(message);
      log.emit(part.run_id ?? 'none', { type: 'CUSTOM', name: 'message_stored', value: message });
    },
    page({ searchParams }) {
      const before = Number(searchParams.get('before') ?? Infinity);
      const older = log.messages.filter(({ seq }) => seq < before);
      const data = older.slice(-Number(searchParams.get('limit') ?? 50));
      const next = data.length < older.length ? String(data[0]?.seq) : null;
      return { data, next_cursor: next, last_event_id: events.at(-1)?.id ?? `${log.sessionId}:0`, interrupts: log.interrupts };
    },
    stream(lastEventId, runId) {
      const at = findStart(events, lastEventId);
      let leave = (): void => undefined;
      const body = new ReadableStream<Uint8Array>({
        cancel: () => leave(),
        start(controller) {
          const send = ({ id, event, runId: from }: Logged): void => {
            if (runId !== null && from !== runId) return;
            controller.enqueue(frame(id, event));
            if (runId !== null && isTerminal(event)) listener.drop();
          };
          const listener = {
            hear: send,
            drop() {
              if (listeners.delete(listener)) controller.close();
            },
          };
          listeners.add(listener);
          leave = () => void listeners.delete(listener);
          if (at === null)
            controller.enqueue(frame('sess_1:0', { type: 'CUSTOM', name: 'resume_gap', value: { last_event_id: 'sess_1:0' } }));
          events.slice(at ?? events.length).forEach((logged) => (listeners.has(listener) ? send(logged) : undefined));
        },
      });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
    drop: () => listeners.forEach(({ drop }) => drop()),
    prune: () => void (events = []),
    listeners: () => listeners.size,
  };
  return log;
}

function findStart(events: readonly Logged[], lastEventId: string | null): number | null {
  if (lastEventId === null || lastEventId === 'sess_1:0') return lastEventId === null ? events.length : 0;
  if (lastEventId.endsWith(':0')) {
    const first = events.findIndex(({ runId }) => `${runId}:0` === lastEventId);
    return first === -1 ? null : first;
  }
  const last = events.findIndex(({ id }) => id === lastEventId);
  return last === -1 ? null : last + 1;
}
