import type { Clock } from '../config/clock.ts';
import { SILENCE_LIMIT_MS } from './backoff.ts';
import { createSseParser, type SseEvent } from './sse.ts';

/**
 * Reads a response's events until it ends, `signal` aborts, or nothing came for 40 s, then returns; a body that breaks
 * off ends like one that closes. `onEvent` returns true to stop.
 */
export async function readStream(
  response: Response,
  onEvent: (event: SseEvent) => boolean,
  options: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  const state = { isDone: false };
  const feed = createSseParser((event) => {
    if (!state.isDone && !options.signal.aborted) state.isDone = onEvent(event);
  });
  const stop = (): void => {
    reader.cancel().catch(() => {
      // The body is broken already, which is what was wanted.
    });
  };
  options.signal.addEventListener('abort', stop);
  try {
    while (!state.isDone && !options.signal.aborted) {
      const cancelWatch = options.clock.after(SILENCE_LIMIT_MS, stop);
      const { done, value } = await reader.read().finally(cancelWatch);
      if (done) return;
      feed(decoder.decode(value, { stream: true }));
    }
  } catch {
    // A dropped connection: the caller sees that no terminal event came.
  } finally {
    options.signal.removeEventListener('abort', stop);
    stop();
  }
}
