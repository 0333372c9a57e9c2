import { describe, expect, it } from 'vitest';
import { createSseParser } from './sse.ts';

interface SseEvent {
  readonly id: string;
  readonly data: string;
}

function parse(chunks: readonly string[]): SseEvent[] {
  const events: SseEvent[] = [];
  const feed = createSseParser((data, id) => events.push({ id, data }));
  for (const chunk of chunks) feed(chunk);
  return events;
}

const STREAM =
  'retry: 500\n\n: heartbeat\n\nid: run:1\ndata: {"a":"ü🙂"}\n\nid: run:2\ndata:first\ndata: second\n\ndata\n\nevent: no\ndata: x\n\n';
const EVENTS: SseEvent[] = [
  { id: 'run:1', data: '{"a":"ü🙂"}' },
  { id: 'run:2', data: 'first\nsecond' },
  { id: 'run:2', data: '' },
  { id: 'run:2', data: 'x' },
];

describe('the reader of event streams', () => {
  for (const [name, ending] of [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ] as const) {
    const stream = STREAM.replaceAll('\n', ending);
    it(`reads ${name} streams cut at every character`, () => {
      expect(parse([stream])).toEqual(EVENTS);
      for (let at = 0; at <= stream.length; at += 1) expect(parse([stream.slice(0, at), stream.slice(at)])).toEqual(EVENTS);
      expect(parse(Array.from(stream))).toEqual(EVENTS);
    });
  }

  it('reads bytes cut inside a character', () => {
    const bytes = new TextEncoder().encode(STREAM);
    for (let at = 0; at <= bytes.length; at += 1) {
      const decoder = new TextDecoder();
      const chunks = [decoder.decode(bytes.slice(0, at), { stream: true }), decoder.decode(bytes.slice(at), { stream: true })];
      expect(parse(chunks)).toEqual(EVENTS);
    }
  });

  it('drops an event that the end of the stream cut off', () => {
    expect(parse(['id: run:1\ndata: whole\n\nid: run:2\ndata: half'])).toEqual([{ id: 'run:1', data: 'whole' }]);
  });

  it('never meets a byte order mark: the decoder takes it off', () => {
    const bytes = new TextEncoder().encode('\uFEFFdata: x\n\n');
    expect(parse([new TextDecoder().decode(bytes, { stream: true })])).toEqual([{ id: '', data: 'x' }]);
  });
});
