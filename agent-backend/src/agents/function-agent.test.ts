import { expect, test } from 'vitest';
import { collect, turnOf } from '../../test/agent-fixtures.ts';
import { functionAgent } from './function-agent.ts';

test('a function of one’s own answers with text or events, until it is aborted', async () => {
  const stop = new AbortController();
  const agent = functionAgent(async function* (turn) {
    yield `You said ${turn.history.at(-1)?.text ?? ''}.`;
    yield { kind: 'usage', usage: { totalTokens: 1 } };
    stop.abort();
    yield 'too late';
  });
  expect(await collect(agent, turnOf('hi', { signal: stop.signal }))).toEqual([
    { kind: 'text', delta: 'You said hi.' },
    { kind: 'usage', usage: { totalTokens: 1 } },
  ]);
});
