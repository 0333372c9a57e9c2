import type { Agent, AgentEvent, Turn } from './agent.ts';

/** An agent made of one function of one's own, which yields text or whole events. */
export function functionAgent(answer: (turn: Turn) => AsyncIterable<string | AgentEvent>, badge?: string): Agent {
  return {
    ...(badge === undefined ? {} : { badge }),
    async *run(turn) {
      for await (const piece of answer(turn)) {
        if (turn.signal.aborted) return;
        yield typeof piece === 'string' ? { kind: 'text', delta: piece } : piece;
      }
    },
  };
}
