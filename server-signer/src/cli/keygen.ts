import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey, type GeneratedKey } from '../generate-signing-key.ts';
import type { Options } from './options.ts';
import { EXIT, type Terminal, UsageError } from './terminal.ts';

const ALGORITHMS = ['ES256', 'EdDSA', 'HS256'] as const;

/** Makes a key. To standard output, or with `--out` as files that only their owner can read; existing files are kept. */
export async function keygen(
  { alg: wanted = 'ES256', kid, out, token, issuer = 'your-company' }: Options,
  terminal: Terminal,
): Promise<number> {
  const alg = ALGORITHMS.find((known) => known === wanted);
  if (alg === undefined) throw new UsageError(`--alg is one of ${ALGORITHMS.join(', ')}.`);
  if (token !== undefined) throw new UsageError('keygen takes options only: --alg, --kid, --issuer, --out.');
  const pair = await generateSigningKey(kid === undefined ? { alg } : { alg, kid });
  if (out === undefined) printKey(pair, { issuer, terminal });
  else writeKey(pair, out, terminal);
  return EXIT.ok;
}

function printKey(pair: GeneratedKey, { issuer, terminal }: { readonly issuer: string; readonly terminal: Terminal }): void {
  terminal.print('# Your server, as an environment variable. Secret: never in a page, never in version control.');
  terminal.print(`FAMILIAR_SIGNING_KEY='${JSON.stringify(pair.privateJwk)}'`);
  terminal.print(
    `\n# The backend, an entry of the agent's identityKeys. Its issuer is the one that your server signs with.${isShared(pair) ? ' The same secret: keep it safe there, too.' : ''}`,
  );
  terminal.print(JSON.stringify(toEntry(pair, issuer)));
}

function writeKey(pair: GeneratedKey, folder: string, terminal: Terminal): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files: Readonly<Record<string, string>> = {
    'private.jwk.json': JSON.stringify(pair.privateJwk),
    ...(isShared(pair) ? {} : { 'public.jwk.json': JSON.stringify(pair.publicJwk), 'private.pem': toPem(pair) }),
  };
  const taken = Object.keys(files).filter((name) => existsSync(join(folder, name)));
  if (taken.length > 0) throw new UsageError(`The folder of --out has a ${taken.join(', ')} already, which is kept. Choose another.`);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), `${content.trim()}\n`, { mode: 0o600, flag: 'wx' });
  }
  terminal.print(`Wrote ${Object.keys(files).join(', ')}; kid ${pair.privateJwk.kid}.`);
}

/** For languages whose libraries read PKCS#8. */
function toPem({ privateJwk }: GeneratedKey): string {
  return String(createPrivateKey({ key: { ...privateJwk }, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }));
}

function toEntry(pair: GeneratedKey, issuer: string): unknown {
  const { kid, k } = pair.privateJwk;
  return isShared(pair) ? { issuer, kid, secret: k } : { issuer, jwk: pair.publicJwk };
}

function isShared({ privateJwk }: GeneratedKey): boolean {
  return privateJwk.alg === 'HS256';
}
