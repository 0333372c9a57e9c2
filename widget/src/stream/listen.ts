import type { Clock } from '../config/clock.ts';
import { withLimit } from '../identity/vault.ts';
import { Failure } from '../session/failure.ts';
import type { CallInit } from '../session/transport.ts';
import { createSseParser } from './sse.ts';

const SILENCE_LIMIT_MS = 40_000;

export interface ListenOptions {
  readonly clock: Clock;
  /** The id of the last event that is known, if one is. */
  readonly cursor: string | null | undefined;
  readonly signal: AbortSignal;
  /** Asks for the events after the cursor, which `init` names. */
  readonly open: (init: CallInit) => Promise<Response>;
  readonly take: (data: string, id: string) => void;
}

/** Reads one connection. Throws when it ends, for whatever reason: a stream that only stops is a lost connection too. */
export async function listen({ clock, cursor, open, signal, take }: ListenOptions): Promise<never> {
  const connection = new AbortController();
  const init = {
    headers: { accept: 'text/event-stream', ...(cursor && { 'last-event-id': cursor }) },
    signal: AbortSignal.any([signal, connection.signal]),
  };
  try {
    const { body } = await withLimit(open(init), SILENCE_LIMIT_MS, clock);
    const reader = body?.pipeThrough(new TextDecoderStream(), init).getReader();
    const feed = createSseParser(take);
    for (;;) {
      const read = reader && (await withLimit(reader.read(), SILENCE_LIMIT_MS, clock));
      if (!read?.value) throw new Failure('network_error');
      feed(read.value);
    }
  } finally {
    connection.abort();
  }
}
