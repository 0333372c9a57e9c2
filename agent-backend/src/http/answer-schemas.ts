import { type Interrupt, LEVELS, type Message, type MessagePage, type Participant, type Problem, STATUS_OF } from '@familiar/protocol';
import { z } from 'zod';

/** For the description alone: answers are made from the protocol's types, which hold these schemas to their members. */
const TIME = z.iso.datetime();

const PARTICIPANT: z.ZodType<Participant> = z.strictObject({
  level: z.enum(LEVELS),
  id: z.string(),
  name: z.string().exactOptional(),
  picture: z.string().exactOptional(),
});

const MESSAGE: z.ZodType<Message> = z.strictObject({
  id: z.string(),
  seq: z.int().min(1),
  role: z.enum(['user', 'assistant']),
  content: z.string(),
  status: z.enum(['complete', 'cancelled', 'interrupted', 'failed']),
  run_id: z.string().nullable(),
  participant: PARTICIPANT.nullable(),
  created_at: TIME,
});

const INTERRUPT: z.ZodType<Interrupt> = z.strictObject({
  id: z.string(),
  reason: z.literal('step_up'),
  toolCallId: z.string(),
  message: z.string(),
  expiresAt: TIME.exactOptional(),
  metadata: z.strictObject({ max_age: z.int(), acr_values: z.array(z.string()).exactOptional() }),
});

export const MESSAGE_PAGE: z.ZodType<MessagePage> = z.strictObject({
  data: z.array(MESSAGE),
  next_cursor: z.string().nullable(),
  active_run: z.string().nullable(),
  last_event_id: z.string(),
  interrupts: z.array(INTERRUPT),
});

const codes = Object.keys(STATUS_OF) as (keyof typeof STATUS_OF)[];

export const PROBLEM: z.ZodType<Problem> = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(codes),
  detail: z.string(),
  run_id: z.string().exactOptional(),
  resets_at: TIME.exactOptional(),
});
