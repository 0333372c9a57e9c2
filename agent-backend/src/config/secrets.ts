import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IdentityKeySource, PublicJwk } from '../identity/identity-keys.ts';
import type { Config, Environment, IdentityKeyConfig, SecretSource } from './config.ts';

/** The secret that a source names. Throws `TypeError` that names the source and never the secret. */
export function readSecret(source: SecretSource, env: Environment): string {
  if ('secret' in source) return source.secret;
  if ('file' in source) return readText(source.file).trim();
  const value = env[source.env];
  if (value === undefined || value === '') throw new TypeError(`The environment variable ${source.env} is not set.`);
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
    throw new TypeError(`The key file ${file} is not JSON.`, { cause: error });
  }
}

function isKeySet(content: PublicJwk | { keys: PublicJwk[] }): content is { keys: PublicJwk[] } {
  return Array.isArray(content['keys']);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new TypeError(`The file ${file} cannot be read.`, { cause: error });
  }
}

export interface SessionSecret {
  readonly kid: string;
  readonly secret: string;
}

/** From the configuration, else FAMILIAR_SESSION_SECRET, else a file of mode 0600 in the data folder, made once. */
export function readSessionSecrets(config: Config, env: Environment, dataDir: string): readonly SessionSecret[] {
  if (config.sessionTokenKeys !== undefined) return config.sessionTokenKeys.map((key) => ({ kid: key.kid, secret: readSecret(key, env) }));
  const given = env['FAMILIAR_SESSION_SECRET'];
  if (given !== undefined && given !== '') return [{ kid: 'env', secret: given }];
  return [{ kid: 'file', secret: readOrMake(dataDir) }];
}

function readOrMake(dataDir: string): string {
  const file = join(dataDir, 'session-secret');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  try {
    // Exclusive: of two processes that start at once, one makes it and both read it.
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readText(file).trim();
}
