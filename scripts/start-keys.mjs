import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes, once, what the two servers of the demo share: the embed key, and the key that the shop signs identities with, with its
 * public half. Later starts find them. Only this account can read the folder.
 */
export function makeKeys(dataDir) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const once = (name, make) => existsSync(join(dataDir, name)) || keep(join(dataDir, name), make());
  once('embed-key', () => `pk_${randomBytes(18).toString('base64url')}`);
  if (existsSync(join(dataDir, 'identity-key.json'))) return;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicJwk = publicKey.export({ format: 'jwk' });
  const about = { kid: thumbprint(publicJwk), alg: 'ES256', use: 'sig' };
  keep(join(dataDir, 'identity-key.public.json'), JSON.stringify({ ...publicJwk, ...about }));
  keep(join(dataDir, 'identity-key.json'), JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...about }));
}

/** RFC 7638: the SHA-256 of the required members, in order. */
function thumbprint({ crv, kty, x, y }) {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

/** Written whole or not at all: a start that is cut off leaves no half key. */
function keep(path, text) {
  writeFileSync(`${path}.new`, `${text}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
