/** One event of an event stream. `id` is the last id seen, as the specification has it. */
export interface SseEvent {
  readonly id: string;
  readonly data: string;
}

/**
 * Parses an event stream (WHATWG HTML §9.2.6) from chunks cut anywhere, also inside a CRLF. Feeding is linear in time.
 * An unfinished event at the end is dropped, and its id not taken.
 */
export function createSseParser(onEvent: (event: SseEvent) => void): (chunk: string) => void {
  let rest = '';
  let isStart = true;
  let endedWithCr = false;
  let data: string[] = [];
  let id = '';

  const takeLine = (line: string): void => {
    if (line === '') {
      if (data.length > 0) onEvent({ id, data: data.join('\n') });
      data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'data') data.push(value);
    // "If the field value contains U+0000 NULL, ignore the field."
    else if (field === 'id' && !value.includes('\0')) id = value;
  };

  return (chunk) => {
    let text = chunk;
    if (isStart && text !== '') {
      isStart = false;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    if (endedWithCr && text !== '') {
      endedWithCr = false;
      if (text.startsWith('\n')) text = text.slice(1);
    }
    const lines = text.split(/\r\n|\n|\r/);
    endedWithCr = text === '' ? endedWithCr : text.endsWith('\r');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      takeLine(rest + line);
      rest = '';
    }
    rest += last;
  };
}
