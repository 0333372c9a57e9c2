import type { RunEvent } from '@familiar/protocol';

/** An event of a stream, with its SSE id. */
export interface Frame {
  readonly id: string;
  readonly event: RunEvent;
}

export async function* readFrames(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<Frame> {
  let text = '';
  for await (const chunk of (stream ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const match = /^id: (.+)\ndata: (.+)$/.exec(part);
      if (match !== null) yield { id: match[1] ?? '', event: JSON.parse(match[2] ?? '') as RunEvent };
    }
  }
}

/** To the end of the stream. */
export async function collect(frames: AsyncGenerator<Frame>): Promise<Frame[]> {
  const all: Frame[] = [];
  for await (const frame of frames) all.push(frame);
  return all;
}

/** Leaves the stream open. */
export async function readUntil(frames: AsyncGenerator<Frame>, isLast: (event: RunEvent) => boolean): Promise<Frame[]> {
  const all: Frame[] = [];
  for (let next = await frames.next(); next.done !== true; next = await frames.next()) {
    all.push(next.value);
    if (isLast(next.value.event)) return all;
  }
  throw new Error('The stream ended before that event.');
}

/** For `readUntil`: the first event of a type. */
export function isType(type: RunEvent['type']): (event: RunEvent) => boolean {
  return (event) => event.type === type;
}

export function textOf(frames: readonly Frame[]): string {
  return frames.map(({ event }) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('');
}
