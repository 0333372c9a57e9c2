import { describe, expect, test } from 'vitest';
import cases from '../fixtures/agent-names.json' with { type: 'json' };
import { parseAgentName } from './agent-name.ts';

describe('an agent name', () => {
  test.each(cases.accepted)('$name is two slugs', ({ name, org, agent }) => expect(parseAgentName(name)).toEqual({ org, agent }));
  test.each(cases.refused.map((value) => [value]))('%j is none', (value) => expect(parseAgentName(value)).toBeNull());

  test('ten thousand characters are refused in no time', () => {
    const startedAt = performance.now();
    for (const text of [`${'a-'.repeat(5000)}/b`, 'a'.repeat(10_000), `${'a'.repeat(63)}/${'b-'.repeat(5000)}`])
      expect(parseAgentName(text)).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});
