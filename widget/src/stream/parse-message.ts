import type { Interrupt, Message } from '@familiar/protocol';
import { list, members, oneOf, or, positive, type Read, text } from '../config/own.ts';
import { parseParticipant } from '../session/grant.ts';

/** A text, or null in place of anything else. */
export const maybe: Read<string | null> = or(text, null);

/** Reads a stored message; throws `SyntaxError` for anything that is not one. */
export const readMessage: Read<Message> = members<Message>({
  id: text,
  seq: positive,
  role: oneOf('user', 'assistant'),
  content: text,
  status: or(oneOf('complete', 'cancelled', 'interrupted', 'failed'), 'complete'),
  run_id: maybe,
  participant: parseParticipant,
  created_at: or(text, ''),
});

/** Reads what a run waits for: those of it that the widget can act on. */
export const readInterrupts: Read<Interrupt[]> = list(
  members<Omit<Interrupt, 'expiresAt'>>({
    id: text,
    reason: oneOf('step_up'),
    toolCallId: or(text, ''),
    message: or(text, ''),
    metadata: members<{ max_age: number; acr_values: string[] }>({ max_age: positive, acr_values: list(text) }),
  }),
);
