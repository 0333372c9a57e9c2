/** One event of an event stream. `id` is the last id seen, as the specification has it. */
export interface SseEvent {
  readonly id: string;
  readonly data: string;
}

/**
 * Parses an event stream (WHATWG HTML §9.2.6) from chunks of decoded text, cut anywhere, also inside a CRLF. Feeding is
 * linear in time. An unfinished event at the end is dropped, and its id not taken.
 */
export function createSseParser(onEvent: (event: SseEvent) => void): (chunk: string) => void {
  let rest = '';
  let endedWithCr = false;
  let data: string[] = [];
  let id = '';

  const takeLine = (line: string): void => {
    if (line === '') {
      if (data.length > 0) onEvent({ id, data: data.join('\n') });
      data = [];
      return;
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
    if (field === 'data') data.push(value);
    // "If the field value contains U+0000 NULL, ignore the field."
    else if (field === 'id' && !value.includes('\0')) id = value;
  };

  return (chunk) => {
    if (chunk === '') return;
    const lines = (endedWithCr && chunk.startsWith('\n') ? chunk.slice(1) : chunk).split(/\r\n?|\n/);
    endedWithCr = chunk.endsWith('\r');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      takeLine(rest + line);
      rest = '';
    }
    rest += last;
  };
}
