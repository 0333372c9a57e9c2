/**
 * Parses an event stream (WHATWG HTML §9.2.6) from chunks of decoded text, cut anywhere, also inside a CRLF. `onEvent` gets
 * the last id seen, as the specification has it. An unfinished event at the end is dropped, and its id not taken.
 */
export function createSseParser(onEvent: (data: string, id: string) => void): (chunk: string) => void {
  let rest = '';
  let endedWithCr = false;
  let data = '';
  let id = '';
  return (chunk) => {
    const [first = '', ...lines] = (endedWithCr ? chunk.replace(/^\n/, '') : chunk).split(/\r\n?|\n/);
    endedWithCr = chunk.endsWith('\r');
    rest += first;
    for (const line of lines) {
      const [, field, value = ''] = /^(data|id)(?:: ?([^]*))?$/.exec(rest) ?? [];
      if (field === 'data') data += `\n${value}`;
      else if (field) id = value;
      if (!rest && data) {
        onEvent(data.slice(1), id);
        data = '';
      }
      rest = line;
    }
  };
}
