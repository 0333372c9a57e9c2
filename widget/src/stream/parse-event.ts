import type { RunEvent } from '@familiar/protocol';
import { parseMessage } from './parse-message.ts';

type Field = (key: string) => string | null;

/** Reads one event of a run; `null` for what is not JSON, not known, or lacks a field that its type needs (contract §7). */
export function parseEvent(data: string): RunEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    // Not JSON: ignored like every unknown event.
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const own = (key: string): unknown => (Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined);
  const text: Field = (key) => {
    const found = own(key);
    return typeof found === 'string' ? found : null;
  };
  const type = text('type') ?? '';
  switch (type) {
    case 'RUN_STARTED': {
      const runId = text('runId');
      return runId === null ? null : { type, runId, threadId: text('threadId') ?? '' };
    }
    case 'RUN_FINISHED': {
      const runId = text('runId');
      return runId === null ? null : { type, runId, threadId: text('threadId') ?? '', outcome: outcome(own('outcome')) };
    }
    case 'RUN_ERROR':
      return { type, message: '', code: text('code') ?? 'agent_failed' };
    case 'CUSTOM':
      return parseCustom(text('name') ?? '', own('value'));
    default:
      return parseMessageEvent(type, text) ?? parseToolEvent(type, text);
  }
}

function outcome(value: unknown): { type: 'success' } | { type: 'cancelled' } {
  const type: unknown = typeof value === 'object' && value !== null && Object.hasOwn(value, 'type') ? Reflect.get(value, 'type') : null;
  return { type: type === 'cancelled' ? 'cancelled' : 'success' };
}

function parseMessageEvent(type: string, text: Field): RunEvent | null {
  const messageId = text('messageId');
  if (messageId === null) return null;
  const delta = text('delta');
  switch (type) {
    case 'TEXT_MESSAGE_START':
      return { type, messageId, role: 'assistant' };
    case 'TEXT_MESSAGE_CONTENT':
      return delta === null ? null : { type, messageId, delta };
    case 'TEXT_MESSAGE_END':
      return { type, messageId };
    default:
      return null;
  }
}

function parseToolEvent(type: string, text: Field): RunEvent | null {
  const toolCallId = text('toolCallId');
  if (toolCallId === null) return null;
  const toolCallName = text('toolCallName');
  switch (type) {
    case 'TOOL_CALL_START':
      return toolCallName === null ? null : { type, toolCallId, toolCallName };
    case 'TOOL_CALL_END':
      return { type, toolCallId };
    case 'TOOL_CALL_RESULT':
      return { type, toolCallId, messageId: text('messageId') ?? '', content: '', role: 'tool' };
    default:
      return null;
  }
}

function parseCustom(name: string, value: unknown): RunEvent | null {
  switch (name) {
    case 'message_stored': {
      const message = parseMessage(value);
      return message === null ? null : { type: 'CUSTOM', name, value: message };
    }
    case 'resume_gap':
      return { type: 'CUSTOM', name, value: { last_event_id: '' } };
    default:
      return null;
  }
}
