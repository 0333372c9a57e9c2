import { expect, it } from 'vitest';
import { readInterrupts } from './read-interrupts.ts';

it('takes only interrupts that it can act on', () => {
  const good = { id: 'i', reason: 'step_up', toolCallId: 't', message: 'Sign in', metadata: { max_age: 60, acr_values: ['mfa', 7] } };
  const waiting = [good, { ...good, reason: 'other' }, { ...good, metadata: {} }, { ...good, id: 1 }, null, 'x'];
  expect(readInterrupts(waiting)).toEqual([{ ...good, metadata: { max_age: 60, acr_values: ['mfa'] } }]);
  expect(readInterrupts(undefined)).toEqual([]);
});
