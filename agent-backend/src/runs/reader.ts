import { LIMITS } from '@familiar/protocol';
import type { Store } from '../store/store.ts';
import type { EventBus } from './event-bus.ts';
import { findRunPosition, findSessionPosition, type Position } from './position.ts';
import type { SessionRef } from './run-ref.ts';
import { encodeFrame, HEARTBEAT_FRAME, RETRY_FRAME } from './sse-frame.ts';
import { readEvents, type StoredEvent } from './stored-event.ts';

export interface ReaderDeps {
  readonly store: Store;
  readonly bus: EventBus;
}

export interface ReaderOptions {
  readonly session: SessionRef;
  /** One run from its start until it ends, or everything from an event on. */
  readonly from: { readonly kind: 'run'; readonly run: string } | { readonly kind: 'session'; readonly lastEventId: string | null };
  /** Asked again and again while the stream is open; the stream ends with the first `false`. */
  readonly mayRead: () => Promise<boolean>;
  /** Called once, however the stream ends. */
  readonly onClose: (why: CloseReason) => void;
  /** Milliseconds; defaults 15,000, 3,500 and 250. */
  readonly intervals?: Partial<ReaderIntervals>;
}

/** `too_slow` and `unreadable`: cut off in the middle; the reader comes back with its cursor. */
export type CloseReason = 'ended' | 'too_slow' | 'unreadable';

export interface ReaderIntervals {
  readonly heartbeatMs: number;
  readonly checkMs: number;
  /** How often PostgreSQL is asked for events that another process wrote. */
  readonly pollMs: number;
}

const INTERVALS: ReaderIntervals = { heartbeatMs: LIMITS.heartbeatMs, checkMs: 3500, pollMs: 250 };
const EVENTS_PER_READ = 200;

const CUT_OFF = { too_slow: 'The reader is too slow.', unreadable: 'The events cannot be read.' };

/** An SSE stream of durable events; `null` if there is no such session or run. Its end without a terminal event says "come back". */
export async function openReader(deps: ReaderDeps, options: ReaderOptions): Promise<ReadableStream<Uint8Array> | null> {
  const { session, from } = options;
  const position =
    from.kind === 'run'
      ? await findRunPosition(deps.store, { ...session, run: from.run })
      : await findSessionPosition(deps.store, session, from.lastEventId);
  return position === null ? null : createStream(deps, options, position);
}

function createStream(deps: ReaderDeps, options: ReaderOptions, position: Position): ReadableStream<Uint8Array> {
  let reader: Reader | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        reader = createReader(deps, { ...options, position, controller });
        void reader.pump();
      },
      pull: () => reader?.pulled(),
      cancel: () => reader?.close(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: LIMITS.slowReaderBytes }),
  );
}

interface Reader {
  pump(): Promise<void>;
  pulled(): void;
  close(): void;
}

interface ReaderState extends ReaderOptions {
  readonly position: Position;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

function createReader(deps: ReaderDeps, options: ReaderState): Reader {
  const { session, controller, position } = options;
  const run = options.from.kind === 'run' ? options.from.run : undefined;
  const state = { pos: position.pos, isClosed: false, isLive: false, hasTaken: false };
  const inbox = createInbox();
  let undos: readonly (() => void)[] = [];

  const isFull = (): boolean => (controller.desiredSize ?? 0) <= 0;
  const close = (why: CloseReason = 'ended'): void => {
    if (state.isClosed) return;
    state.isClosed = true;
    for (const undo of undos) undo();
    inbox.wake();
    options.onClose(why);
    endStream(controller, why);
  };
  const send = (event: StoredEvent): void => {
    // What does not fit stays in the store until it is asked for: a read gives many, and each may be large.
    if (state.isClosed || isFull()) return;
    state.pos = event.pos;
    if (run !== undefined && event.stream !== run) return;
    controller.enqueue(encodeFrame(event));
    if (run !== undefined && event.isTerminal) close();
  };
  const next = async (): Promise<readonly StoredEvent[]> => {
    if (isFull()) return [];
    const heard = inbox.take(state.pos);
    return heard.length > 0 ? heard : readEvents(deps.store, { session, stream: run, afterPos: state.pos, limit: EVENTS_PER_READ });
  };
  const pump = async (): Promise<void> => {
    while (!state.isClosed) {
      const woken = inbox.sleep();
      const events = await next();
      events.forEach(send);
      if (events.length > 0) continue;
      state.isLive ||= !isFull();
      await woken;
    }
  };
  const begin = async (): Promise<void> => {
    undos = watch(deps, options, { inbox, isFull, close, state, say: () => controller.enqueue(HEARTBEAT_FRAME) });
    controller.enqueue(RETRY_FRAME);
    for (const frame of position.frames) controller.enqueue(encodeFrame(frame));
    if (position.isOver) close();
    await pump().catch(() => close('unreadable'));
  };
  const pulled = (): void => {
    state.hasTaken = true;
    inbox.wake();
  };
  return { pump: begin, pulled, close };
}

interface Watched {
  readonly inbox: Inbox;
  readonly isFull: () => boolean;
  readonly close: (why?: CloseReason) => void;
  readonly say: () => void;
  /** While it catches up, a reader is slow at its leisure, as long as it takes something: what it does not take now, it reads later. */
  readonly state: { readonly isLive: boolean; hasTaken: boolean };
}

/** What moves a reader beside its own reading. Returns the undos. */
function watch(deps: ReaderDeps, options: ReaderOptions, { inbox, isFull, close, say, state }: Watched): (() => void)[] {
  const { heartbeatMs, checkMs, pollMs } = { ...INTERVALS, ...options.intervals };
  const hear = (events: readonly StoredEvent[]): void => {
    if (!isFull()) inbox.put(events);
    else if (state.isLive) close('too_slow');
  };
  // The queue of whoever catches up is full at any time; one of which nothing was taken since the last beat, nobody reads.
  const beat = (): void => {
    if (!isFull()) return say();
    if (state.isLive || !state.hasTaken) return close('too_slow');
    state.hasTaken = false;
  };
  return [
    deps.bus.listen(options.session, hear),
    every(heartbeatMs, beat),
    every(checkMs, () => void endUnless(options.mayRead, close)),
    ...(deps.store.kind === 'postgres' ? [every(pollMs, () => inbox.wake())] : []),
  ];
}

interface Inbox {
  put(events: readonly StoredEvent[]): void;
  /** What goes on without a gap after `pos`; the rest is in the store. */
  take(pos: number): readonly StoredEvent[];
  /** Call it before looking: what comes in between then wakes it. */
  sleep(): Promise<void>;
  wake(): void;
}

function createInbox(): Inbox {
  let events: StoredEvent[] = [];
  let wake = (): void => undefined;
  return {
    put(more) {
      events.push(...more);
      wake();
    },
    take(pos) {
      const taken: StoredEvent[] = [];
      for (const event of events) if (event.pos === pos + taken.length + 1) taken.push(event);
      events = [];
      return taken;
    },
    sleep: () => new Promise((resolve) => (wake = resolve)),
    wake: () => wake(),
  };
}

function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  timer.unref();
  return () => clearInterval(timer);
}

async function endUnless(mayRead: () => Promise<boolean>, close: () => void): Promise<void> {
  try {
    if (!(await mayRead())) close();
  } catch {
    // Who may read cannot be told now: closed, not open.
    close();
  }
}

function endStream(controller: ReadableStreamDefaultController<Uint8Array>, why: CloseReason): void {
  if (why !== 'ended') return controller.error(new Error(CUT_OFF[why]));
  try {
    controller.close();
  } catch {
    // The other side has cancelled it already.
  }
}
