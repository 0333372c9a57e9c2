import type { Message } from '@familiar/protocol';
import { members, oneOf, or, positive, type Read, text } from '../config/own.ts';
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
