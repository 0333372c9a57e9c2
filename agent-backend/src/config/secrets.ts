import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IdentityKeySource, PublicJwk } from '../identity/identity-keys.ts';
import { readStrongSecret } from '../identity/strong-secret.ts';
import type { Config, Environment, IdentityKeyConfig, SecretSource } from './config.ts';

/** The secret that a source names. Throws `TypeError` that names the source and never the secret. */
export function readSecret(source: SecretSource, env: Environment): string {
  if ('secret' in source) return source.secret;
  if ('file' in source) return readText(source.file).trim();
  const value = env[source.env];
  if (value === undefined || value === '')
    throw new TypeError(`The environment variable ${source.env} is not set. Set it before the start, or name another source.`);
  return value;
}

/** A configured identity key with its file or variable read. */
export function readIdentityKey(key: IdentityKeyConfig, env: Environment): IdentityKeySource {
  if ('file' in key) {
    const { file, kid, ...facts } = key;
    const content = parseKeys(file);
    return isKeySet(content) ? { ...facts, jwks: content } : { ...facts, jwk: content, ...(kid === undefined ? {} : { kid }) };
  }
  if ('env' in key) {
    const { env: name, ...facts } = key;
    return { ...facts, secret: readSecret({ env: name }, env) };
  }
  return key;
}

function parseKeys(file: string): PublicJwk | { keys: PublicJwk[] } {
  try {
    return JSON.parse(readText(file)) as PublicJwk | { keys: PublicJwk[] };
  } catch (error) {
    if (error instanceof TypeError) throw error;
    throw new TypeError(`The key file ${file} is not JSON. Write one JWK or one JWK set into it.`, { cause: error });
  }
}

function isKeySet(content: PublicJwk | { keys: PublicJwk[] }): content is { keys: PublicJwk[] } {
  return Array.isArray(content['keys']);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new TypeError(`The file ${file} cannot be read (${codeOf(error)}). Compare the path, and let this user read it.`, {
      cause: error,
    });
  }
}

export interface SessionSecret {
  readonly kid: string;
  readonly secret: string;
}

/**
 * From the configuration, else FAMILIAR_SESSION_SECRET, else a file of mode 0600 in the data folder, made once. Throws
 * `TypeError` that names where a weak or missing one stands.
 */
export function readSessionSecrets(config: Config, env: Environment, dataDir: string): readonly SessionSecret[] {
  if (config.sessionTokenKeys !== undefined)
    return config.sessionTokenKeys.map((key, index) => check(`sessionTokenKeys.${index}`, { kid: key.kid, secret: readSecret(key, env) }));
  const given = env['FAMILIAR_SESSION_SECRET'];
  if (given !== undefined && given !== '') return [check('FAMILIAR_SESSION_SECRET', { kid: 'env', secret: given })];
  const file = join(dataDir, 'session-secret');
  const kept = { kid: 'file', secret: readOrMake(dataDir, file) };
  return [check(`The file ${file} is damaged. Delete it, and a new one is made; visitors renew their tokens by themselves`, kept)];
}

function check(where: string, secret: SessionSecret): SessionSecret {
  try {
    readStrongSecret(secret.secret);
    return secret;
  } catch (error) {
    throw new TypeError(`${where}: ${error instanceof Error ? error.message : 'unreadable.'}`, { cause: error });
  }
}

function readOrMake(dataDir: string, file: string): string {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (!existsSync(file)) makeOnce(file);
  } catch (cause) {
    const mend = 'Set DATA_DIR to a folder that this user may write.';
    throw new TypeError(`The data folder cannot be used (${codeOf(cause)}). ${mend}`, { cause });
  }
  return readText(file).trim();
}

/** Whole or not at all, and never over another: of two processes that start at once, one makes it and both read it. */
function makeOnce(file: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    // Another process was faster: its secret counts. Some file systems have no links; there, a copy that replaces nothing.
    if (codeOf(error) !== 'EEXIST') copyFileSync(draft, file, constants.COPYFILE_EXCL);
  } finally {
    rmSync(draft, { force: true });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
