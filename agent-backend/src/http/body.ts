import { LIMITS } from '@familiar/protocol';
import { HttpProblem } from './problem.ts';

/** Reads a JSON body. Throws `unsupported_media_type`, `body_too_large`, `malformed_body` or `too_deep`. Limits: contract §10. */
export async function readJson(request: Request): Promise<unknown> {
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json')
    throw new HttpProblem('unsupported_media_type', 'Send the body as Content-Type: application/json.');
  const value = parse(await readText(request));
  checkShape(value, 1);
  return value;
}

/** Counted while it is read: Content-Length is only a claim. */
async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (request.body !== null) {
    for await (const chunk of request.body as ReadableStream<Uint8Array>) {
      length += chunk.byteLength;
      if (length > LIMITS.bodyBytes) throw new HttpProblem('body_too_large', `A body has at most ${LIMITS.bodyBytes} bytes.`);
      chunks.push(chunk);
    }
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new HttpProblem('malformed_body', 'The body is not valid UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem('malformed_body', 'The body is not valid JSON.');
  }
}

function checkShape(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > LIMITS.jsonDepth) throw new HttpProblem('too_deep', `JSON may be nested ${LIMITS.jsonDepth} levels deep.`);
  if (!Array.isArray(value) && Object.keys(value).length > LIMITS.jsonKeys)
    throw new HttpProblem('too_deep', `An object may have ${LIMITS.jsonKeys} keys.`);
  for (const member of Object.values(value)) checkShape(member, depth + 1);
}
