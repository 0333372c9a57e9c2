import type { Message, RunEvent } from '@familiar/protocol';
import { describe, expect, it } from 'vitest';
import { apply, NEW_RUN } from './apply.ts';

const run = (...events: RunEvent[]) => events.reduce(apply, NEW_RUN);
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
    const state = run(started, word('Hel'), word('lo'), { type: 'TEXT_MESSAGE_END', messageId: 'm' });
    expect(state.answers).toEqual([{ id: 'm', text: 'Hello', state: 'streaming' }]);
    expect(state.ending).toBeNull();
    expect(apply(state, finished).answers).toEqual([{ id: 'm', text: 'Hello', state: 'complete' }]);
  });

  it('believes the stored message over its deltas', () => {
    expect(run(started, word('Hel'), stored({ content: 'Hello there' }), finished).answers[0]?.text).toBe('Hello there');
  });

  it('keeps what was said when it is cancelled, interrupted or fails', () => {
    const cancelled: RunEvent = { ...finished, outcome: { type: 'cancelled' } };
    const error = (code: string): RunEvent => ({ type: 'RUN_ERROR', message: '', code });
    expect(run(started, word('Hel'), cancelled).answers[0]).toEqual({ id: 'm', text: 'Hel', state: 'cancelled' });
    expect(run(started, word('Hel'), error('interrupted')).answers[0]?.state).toBe('interrupted');
    expect(run(started, word('Hel'), error('model_unavailable')).ending).toEqual({ state: 'failed', code: 'model_unavailable' });
  });

  it('does not change after its end', () => {
    const over = run(started, word('Hello'), finished);
    expect(apply(over, word(' again'))).toBe(over);
  });

  it('names the tool at work until it has answered', () => {
    const tool: RunEvent = { type: 'TOOL_CALL_START', toolCallId: 't', toolCallName: 'search' };
    const result: RunEvent = { type: 'TOOL_CALL_RESULT', toolCallId: 't', messageId: 'x', content: '', role: 'tool' };
    expect(run(started, tool).activity).toBe('search');
    expect(run(started, tool, result).activity).toBeNull();
    expect(run(started, tool, finished).activity).toBeNull();
  });
});
