import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Plain names in plain folders: nothing that starts with a dot, so never a way up. */
const SAFE_NAME = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;
/** Vite puts a hash into the names of its chunks; such a name never changes its content. */
const HASHED = /[-.][\w-]{8,}\.js$/;

/** Sends one file of a folder. Returns false, and sends nothing, where there is none of a known type. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: { folder: string; name: string },
): Promise<boolean> {
  const type = TYPES[extname(file.name)];
  if (type === undefined || !SAFE_NAME.test(file.name)) return false;
  const content = await readFile(join(file.folder, file.name)).catch(() => null);
  if (content === null) return false;
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  const isFixed = HASHED.test(file.name);
  response.setHeader('Cache-Control', isFixed ? 'public, max-age=31536000, immutable' : 'public, no-cache');
  response.setHeader('ETag', etag);
  response.setHeader('Content-Type', type);
  const isKnown = request.headers['if-none-match'] === etag;
  response.writeHead(isKnown ? 304 : 200).end(isKnown || request.method === 'HEAD' ? undefined : content);
  return true;
}
