import { afterEach, expect, it } from 'vitest';
import { parseEvent } from './parse-event.ts';

const MESSAGE = {
  id: 'm',
  seq: 1,
  role: 'user',
  content: 'Hi',
  status: 'complete',
  run_id: 'r',
  participant: { level: 'soft', id: 'u_1' },
  created_at: '2030-01-01T00:00:00Z',
};
const EVENTS: readonly Record<string, unknown>[] = [
  { type: 'RUN_STARTED', runId: 'r' },
  { type: 'TEXT_MESSAGE_START', messageId: 'm' },
  { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'Hi' },
  { type: 'TOOL_CALL_START', toolCallName: 'search' },
];
const stored = (value: unknown): string => JSON.stringify({ type: 'CUSTOM', name: 'message_stored', value });
const polluted = Object.prototype as { delta?: unknown };

afterEach(() => delete polluted.delta);

it('takes nothing but text where text belongs', () => {
  for (const event of EVENTS) {
    expect(parseEvent(JSON.stringify(event))).toMatchObject(event);
    for (const field of Object.keys(event)) {
      for (const wrong of [{ toString: 'x' }, ['x'], 7, null, undefined])
        expect(parseEvent(JSON.stringify({ ...event, [field]: wrong }))).toBeNull();
    }
  }
  expect(parseEvent(stored(MESSAGE))).toEqual({ type: 'message_stored', value: MESSAGE });
  for (const field of ['id', 'content', 'role', 'seq']) expect(parseEvent(stored({ ...MESSAGE, [field]: {} }))).toBeNull();
});

it('reads own members alone, whatever the page has done to prototypes', () => {
  polluted.delta = 'planted';
  expect(parseEvent('{"type":"TEXT_MESSAGE_CONTENT","messageId":"m"}')).toBeNull();
});

it('ignores what it does not know, and what is no JSON', () => {
  for (const data of ['', '{', 'null', '7', '[]', '{"type":"toString"}', '{"type":"SOMETHING_NEW"}', '{"type":"CUSTOM","name":"new"}'])
    expect(parseEvent(data)).toBeNull();
});
