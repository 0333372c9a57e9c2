import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';

export interface Answered {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Asks a token route on loopback. By `node:http`, because `fetch` writes `Sec-Fetch-*` and `Origin` itself. */
export function askToken(
  { port, path }: { readonly port: number | undefined; readonly path: string },
  { method = 'POST', body = '', ...headers }: Record<string, string>,
): Promise<Answered> {
  return new Promise((done, fail) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => void parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        done({ status: response.statusCode, headers: response.headers, json: text === '' ? {} : JSON.parse(text) });
      });
    });
    request.on('error', fail);
    request.end(body);
  });
}
