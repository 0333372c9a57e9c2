import { formatCursor } from '@familiar/protocol';

/** The one place that writes Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html). LF only. */
const encoder = new TextEncoder();

export interface Frame {
  readonly stream: string;
  readonly seq: number;
  /** JSON on one line. */
  readonly data: string;
}

// Both are line ends to some readers, and legal inside JSON.
const LINE_SEPARATORS = /[\u2028\u2029]/g;

export function encodeFrame(frame: Frame): Uint8Array {
  const data = frame.data.replaceAll(LINE_SEPARATORS, (character) => (character === '\u2028' ? '\\u2028' : '\\u2029'));
  return encoder.encode(`id: ${formatCursor(frame)}\ndata: ${data}\n\n`);
}

/** How long a client waits before it comes back, in milliseconds; sent once, first. */
export const RETRY_FRAME = encoder.encode('retry: 1000\n\n');
export const HEARTBEAT_FRAME = encoder.encode(': \n\n');
