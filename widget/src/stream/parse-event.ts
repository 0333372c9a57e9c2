import type { Interrupt, Message } from '@familiar/protocol';
import { own, ownList, ownText, parseMessage } from './parse-message.ts';

/** The events that the widget acts on, with what it reads of them (contract §7). */
export type HeardEvent =
  | { readonly type: 'RUN_STARTED'; readonly runId: string }
  | { readonly type: 'TEXT_MESSAGE_START'; readonly messageId: string }
  | { readonly type: 'TEXT_MESSAGE_CONTENT'; readonly messageId: string; readonly delta: string }
  | { readonly type: 'TOOL_CALL_START'; readonly toolCallName: string }
  | { readonly type: 'TOOL_CALL_RESULT' }
  | { readonly type: 'RUN_FINISHED'; readonly outcome: string | null; readonly interrupts: readonly Interrupt[] }
  | { readonly type: 'RUN_ERROR'; readonly code: string | null }
  | { readonly type: 'message_stored'; readonly message: Message }
  | { readonly type: 'resume_gap' };

/** The texts that each type needs; a type that is not here is ignored. */
const TEXTS: Readonly<Record<Exclude<HeardEvent['type'], 'message_stored' | 'resume_gap'>, readonly string[]>> = {
  RUN_STARTED: ['runId'],
  TEXT_MESSAGE_START: ['messageId'],
  TEXT_MESSAGE_CONTENT: ['messageId', 'delta'],
  TOOL_CALL_START: ['toolCallName'],
  TOOL_CALL_RESULT: [],
  RUN_FINISHED: [],
  RUN_ERROR: [],
};

/** Reads one event; `null` for what is not JSON, not known, or lacks what its type needs. */
export function parseEvent(data: string): HeardEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    // Not JSON: ignored like every unknown event.
    return null;
  }
  const type = ownText(value, 'type') ?? '';
  if (type === 'CUSTOM') return parseCustom(value);
  const names = own(TEXTS, type) as readonly string[] | undefined;
  if (names?.some((name) => ownText(value, name) === null) ?? true) return null;
  const outcome = own(value, 'outcome');
  return {
    ...Object.fromEntries((names ?? []).map((name) => [name, ownText(value, name)])),
    type,
    code: ownText(value, 'code'),
    outcome: ownText(outcome, 'type'),
    interrupts: ownList(outcome, 'interrupts')
      .map(parseInterrupt)
      .filter((interrupt) => interrupt !== null),
  } as HeardEvent;
}

function parseCustom(event: unknown): HeardEvent | null {
  const type = own(event, 'name');
  const message = type === 'message_stored' ? parseMessage(own(event, 'value')) : null;
  if (message !== null) return { type: 'message_stored', message };
  return type === 'resume_gap' ? { type } : null;
}

function parseInterrupt(value: unknown): Interrupt | null {
  const [id, reason, metadata] = [ownText(value, 'id'), own(value, 'reason'), own(value, 'metadata')];
  const maxAge = own(metadata, 'max_age');
  if (id === null || reason !== 'step_up' || typeof maxAge !== 'number') return null;
  const acr = ownList(metadata, 'acr_values').filter((name) => typeof name === 'string');
  return {
    id,
    reason,
    toolCallId: ownText(value, 'toolCallId') ?? '',
    message: ownText(value, 'message') ?? '',
    metadata: { max_age: maxAge, ...(acr.length > 0 ? { acr_values: acr } : {}) },
  };
}
