import type { Interrupt } from '@familiar/protocol';
import { list, members, oneOf, or, positive, text } from '../../config/own.ts';

/** Of what a run waits for, that which the widget can act on. */
export const readInterrupts = list(
  members<Omit<Interrupt, 'expiresAt'>>({
    id: text,
    reason: oneOf('step_up'),
    toolCallId: or(text, ''),
    message: or(text, ''),
    metadata: members<{ max_age: number; acr_values: string[] }>({ max_age: positive, acr_values: list(text) }),
  }),
);
