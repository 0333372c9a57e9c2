import type { Message, RunEvent } from '@familiar/protocol';
import { describe, expect, it } from 'vitest';
import { type HeardEvent, parseEvent } from '../stream/parse-event.ts';
import { apply, NEW_RUN } from './apply.ts';

const heard = (event: RunEvent): HeardEvent => {
  const parsed = parseEvent(JSON.stringify(event));
  if (parsed === null) throw new Error('An event of the protocol was not understood.');
  return parsed;
};
const run = (...events: RunEvent[]) => events.map(heard).reduce(apply, NEW_RUN);
const started: RunEvent = { type: 'RUN_STARTED', threadId: 's', runId: 'r' };
const finished: RunEvent = { type: 'RUN_FINISHED', threadId: 's', runId: 'r', outcome: { type: 'success' } };
const word = (delta: string): RunEvent => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta });
const stored = (part: Partial<Message>): RunEvent => ({
  type: 'CUSTOM',
  name: 'message_stored',
  value: {
    id: 'm',
    seq: 2,
    role: 'assistant',
    content: 'Hello',
    status: 'complete',
    run_id: 'r',
    participant: null,
    created_at: '',
    ...part,
  },
});

describe('what a run has come to', () => {
  it('is streaming until the terminal event, whatever was said', () => {
    const state = run(started, word('Hel'), word('lo'), { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' });
    expect(state.answers).toEqual([{ id: 'm', text: 'Hello', state: 'streaming' }]);
    expect(state.ending).toBeNull();
    expect(apply(state, heard(finished)).answers).toEqual([{ id: 'm', text: 'Hello', state: 'complete' }]);
  });

  it('believes the stored message over its deltas', () => {
    const state = run(started, word('Hel'), stored({ content: 'Hello there' }), word('!'), finished);
    expect(state.answers).toEqual([]);
    expect(state.stored.map(({ content }) => content)).toEqual(['Hello there']);
  });

  it('keeps what was said when it is cancelled, interrupted or fails', () => {
    const cancelled: RunEvent = { ...finished, outcome: { type: 'cancelled' } };
    const error = (code: string): RunEvent => ({ type: 'RUN_ERROR', message: '', code });
    expect(run(started, word('Hel'), cancelled).answers[0]).toEqual({ id: 'm', text: 'Hel', state: 'cancelled' });
    expect(run(started, word('Hel'), error('interrupted')).answers[0]?.state).toBe('interrupted');
    expect(run(started, word('Hel'), error('model_unavailable')).ending).toEqual({ code: 'model_unavailable', interrupts: [] });
  });

  it('says what it waits for when it is interrupted on purpose', () => {
    const interrupt = { id: 'i', reason: 'step_up', toolCallId: 't', message: 'Sign in', metadata: { max_age: 60 } } as const;
    const state = run(started, { ...finished, outcome: { type: 'interrupt', interrupts: [interrupt] } });
    expect(state.ending).toEqual({ code: null, interrupts: [interrupt] });
  });

  it('does not change after its end', () => {
    const over = run(started, word('Hello'), finished);
    expect(apply(over, heard(word(' again')))).toBe(over);
  });

  it('names the tool at work until it has answered', () => {
    const tool: RunEvent = { type: 'TOOL_CALL_START', toolCallId: 't', toolCallName: 'search' };
    const result: RunEvent = { type: 'TOOL_CALL_RESULT', toolCallId: 't', messageId: 'x', content: '', role: 'tool' };
    expect(run(started, tool).activity).toBe('search');
    expect(run(started, tool, result).activity).toBeNull();
    expect(run(started, tool, finished).activity).toBeNull();
  });
});
