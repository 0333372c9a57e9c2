import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { ROOT, ensureInstalled } from './install.mjs';

/** What a browser or a server downloads, brotli-compressed, against its budget. Exits 1 when one is over. */
ensureInstalled();
const { measureSigner } = await import('../server-signer/bench/size.mjs');

const dist = join(ROOT, 'widget/dist');
const launcher = brotli(readFileSync(join(dist, 'familiar.js')));
const chunks = readdirSync(dist).filter((name) => /^panel-.*\.js$/.test(name));
const panel = launcher + chunks.reduce((sum, name) => sum + brotli(readFileSync(join(dist, name))), 0);
const { signer, jose } = await measureSigner();

const rows = [
  { what: 'launcher script, until opened', bytes: launcher, budget: 2_000 },
  { what: 'open, usable, streaming panel', bytes: panel, budget: 22_000 },
  { what: 'server-signer, over jose alone', bytes: signer - jose, budget: 1_500 },
];
for (const { what, bytes, budget } of rows) {
  const verdict = bytes <= budget ? 'ok   ' : 'OVER ';
  process.stdout.write(`${verdict}${what.padEnd(32)}${String(bytes).padStart(7)} of ${budget} bytes\n`);
}
process.exit(rows.every(({ bytes, budget }) => bytes <= budget) ? 0 : 1);

function brotli(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}
