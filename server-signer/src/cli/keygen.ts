import { createPrivateKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey, type GeneratedKey } from '../generate-signing-key.ts';
import type { Options } from './options.ts';
import { EXIT, type Terminal, UsageError } from './terminal.ts';

const ALGORITHMS = ['ES256', 'EdDSA', 'HS256'] as const;

/** Makes a key. To standard output, or with `--out` as files that only their owner can read; existing files are kept. */
export async function keygen({ alg: wanted = 'ES256', kid, out, token }: Options, terminal: Terminal): Promise<number> {
  const alg = ALGORITHMS.find((known) => known === wanted);
  if (alg === undefined || token !== undefined) throw new UsageError(`--alg is one of ${ALGORITHMS.join(', ')}.`);
  const pair = await generateSigningKey(kid === undefined ? { alg } : { alg, kid });
  if (out === undefined) printKey(pair, terminal);
  else writeKey(pair, out, terminal);
  return EXIT.ok;
}

function printKey(pair: GeneratedKey, terminal: Terminal): void {
  terminal.print('# Your server, as an environment variable. Secret: never in a page, never in version control.');
  terminal.print(`FAMILIAR_SIGNING_KEY='${JSON.stringify(pair.privateJwk)}'`);
  terminal.print(
    `\n# The backend, an entry of the agent's identityKeys.${isShared(pair) ? ' The same secret: keep it safe there, too.' : ''}`,
  );
  terminal.print(JSON.stringify(toEntry(pair)));
}

function writeKey(pair: GeneratedKey, folder: string, terminal: Terminal): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files: Readonly<Record<string, string>> = {
    'private.jwk.json': JSON.stringify(pair.privateJwk),
    ...(isShared(pair) ? {} : { 'public.jwk.json': JSON.stringify(pair.publicJwk), 'private.pem': toPem(pair) }),
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), `${content.trim()}\n`, { mode: 0o600, flag: 'wx' });
  }
  terminal.print(`Wrote ${Object.keys(files).join(', ')}; kid ${pair.privateJwk.kid}.`);
}

/** For languages whose libraries read PKCS#8. */
function toPem({ privateJwk }: GeneratedKey): string {
  return String(createPrivateKey({ key: { ...privateJwk }, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }));
}

function toEntry(pair: GeneratedKey): unknown {
  const { kid, k } = pair.privateJwk;
  return isShared(pair) ? { issuer: 'your-company', kid, secret: k } : { issuer: 'your-company', jwk: pair.publicJwk };
}

function isShared({ privateJwk }: GeneratedKey): boolean {
  return privateJwk.alg === 'HS256';
}
