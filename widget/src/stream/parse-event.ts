import { copy, list, members, or, text } from '../config/own.ts';
import { maybe, readMessage } from './parse-message.ts';

const nothing = members<object>({});

/** The events that the widget acts on, with what it reads of them (contract §7); a type that is not here is ignored. */
const READERS = {
  RUN_STARTED: members<{ runId: string }>({ runId: text }),
  TEXT_MESSAGE_START: members<{ messageId: string }>({ messageId: text }),
  TEXT_MESSAGE_CONTENT: members<{ messageId: string; delta: string }>({ messageId: text, delta: text }),
  TOOL_CALL_START: members<{ toolCallName: string }>({ toolCallName: text }),
  TOOL_CALL_RESULT: nothing,
  RUN_FINISHED: members({ outcome: members({ type: maybe, interrupts: list(copy) }) }),
  RUN_ERROR: members({ code: or(text, 'agent_failed') }),
  // The names of CUSTOM events.
  message_stored: members({ value: readMessage }),
  resume_gap: nothing,
};

type Readers = typeof READERS;
export type HeardEvent = { [Type in keyof Readers]: { readonly type: Type } & Readonly<ReturnType<Readers[Type]>> }[keyof Readers];

/** Reads one event; `null` for what is not JSON, not known, or lacks what its type needs. */
export function parseEvent(data: string): HeardEvent | null {
  try {
    const event = copy(JSON.parse(data));
    const type = event['type'] === 'CUSTOM' ? event['name'] : event['type'];
    const read = copy(READERS)[text(type)] as (value: unknown) => object;
    return { ...read(event), type } as HeardEvent;
  } catch {
    // Ignored like every unknown event.
    return null;
  }
}
