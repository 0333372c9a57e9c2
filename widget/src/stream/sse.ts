/**
 * Parses an event stream (WHATWG HTML §9.2.6) from chunks of decoded text, cut anywhere, also inside a CRLF. Feeding is
 * linear in time. `onEvent` gets the last id seen, as the specification has it. An unfinished event at the end is dropped,
 * and its id not taken.
 */
export function createSseParser(onEvent: (data: string, id: string) => void): (chunk: string) => void {
  let rest = '';
  let endedWithCr = false;
  let data: string[] = [];
  let id = '';

  const takeLine = (line: string): void => {
    if (line === '') {
      if (data.length > 0) onEvent(data.join('\n'), id);
      data = [];
      return;
    }
    const [, field, value = ''] = /^(data|id)(?:$|: ?)([^]*)/.exec(line) ?? [];
    if (field === 'data') data.push(value);
    // "If the field value contains U+0000 NULL, ignore the field."
    else if (field && !value.includes('\0')) id = value;
  };

  return (chunk) => {
    if (chunk === '') return;
    const [first = '', ...lines] = (endedWithCr ? chunk.replace(/^\n/, '') : chunk).split(/\r\n?|\n/);
    endedWithCr = chunk.endsWith('\r');
    rest += first;
    for (const line of lines) {
      takeLine(rest);
      rest = line;
    }
  };
}
