import { readFileSync } from 'node:fs';
import type { JWK } from 'jose';
import { UsageError, type Terminal } from './terminal.ts';

const text = { type: 'string' } as const;

/** The options of all commands, as `parseArgs` takes them. */
export const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  alg: text,
  kid: text,
  out: text,
  sub: text,
  agent: text,
  issuer: text,
  instance: text,
  name: text,
  email: text,
  lifetime: text,
  'key-file': text,
  'public-key-file': text,
} as const;

export type Options = { readonly [K in Exclude<keyof typeof OPTIONS, 'help'>]?: string | undefined } & {
  readonly token?: string | undefined;
};

/** The value of an option that the command cannot do without. Throws `UsageError`. */
export function need(options: Options, name: keyof Options): string {
  const value = options[name];
  if (value === undefined)
    throw new UsageError(name === 'token' ? 'Give the token, or "-" to read it from standard input.' : `--${name} is missing.`);
  return value;
}

/** The key as text: a file, else `FAMILIAR_SIGNING_KEY`; `undefined` without either. */
export function readKeyText(options: Options, { env }: Terminal): string | undefined {
  const option = options['public-key-file'] === undefined ? 'key-file' : 'public-key-file';
  const file = options[option];
  const text = file === undefined ? env['FAMILIAR_SIGNING_KEY'] : readKeyFile(file, option);
  if (text?.includes('-----BEGIN ') === true)
    throw new UsageError('The key is PEM. Give it as JWK: "keygen --out" writes private.jwk.json and public.jwk.json beside the PEM.');
  return text;
}

/** Names the option and not the path: a key or a token may stand where a path belongs. */
function readKeyFile(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new UsageError(isMissing ? `--${option}: there is no such file.` : `--${option}: the file cannot be read.`);
  }
}

/** The keys to verify with, from a JWK or a JWK set. Throws `UsageError` for other text. */
export function readVerificationKeys(options: Options, terminal: Terminal): readonly JWK[] | undefined {
  const keyText = readKeyText(options, terminal);
  if (keyText === undefined) return undefined;
  const value = parse(keyText);
  const keys: readonly unknown[] = Array.isArray(value?.['keys']) ? value['keys'] : [value];
  return keys.map(toPublic);
}

function parse(keyText: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(keyText);
  } catch {
    // JSON.parse quotes its input, and the input may be a private key; `toPublic` refuses null.
    return null;
  }
}

/** A private key verifies as its public half. */
function toPublic(jwk: unknown): JWK {
  if (typeof jwk !== 'object' || jwk === null || !('kty' in jwk))
    throw new UsageError('The key is neither a JWK nor a JWK set: JSON with "kty", or {"keys": […]}.');
  const { kty, crv, x, y, n, e, k, kid, alg } = jwk as JWK;
  return { kty, crv, x, y, n, e, k, kid, alg: alg === undefined || alg === 'Ed25519' ? ALG_OF[crv ?? kty ?? ''] : alg };
}

/** The one algorithm of a key that names none, as many issuers' do not. */
const ALG_OF: Readonly<Record<string, string>> = { 'P-256': 'ES256', Ed25519: 'EdDSA', RSA: 'RS256', oct: 'HS256' };
