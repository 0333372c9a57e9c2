import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { ROOT, ensureInstalled } from './install.mjs';

/** What a browser or a server downloads, brotli-compressed, against its budget. Exits 1 when one is over. */
ensureInstalled();
const { build } = await import('vite');

const dist = join(ROOT, 'widget/dist');
const launcher = brotli(readFileSync(join(dist, 'familiar.js')));
const chunks = readdirSync(dist).filter((name) => /^panel-.*\.js$/.test(name));
const panel = launcher + chunks.reduce((sum, name) => sum + brotli(readFileSync(join(dist, name))), 0);
const signer = (await bundled("export * from '@familiar/server-signer'")) - (await bundled("export { SignJWT, importJWK } from 'jose'"));

const rows = [
  ['launcher script, until opened', launcher, 2_000],
  ['open, usable, streaming panel', panel, 22_000],
  ['server-signer beyond jose', signer, 1_500],
];
for (const [what, bytes, budget] of rows) {
  const verdict = bytes <= budget ? 'ok' : 'OVER';
  process.stdout.write(`${verdict.padEnd(5)}${what.padEnd(32)}${String(bytes).padStart(7)} of ${budget} bytes\n`);
}
process.exit(rows.every(([, bytes, budget]) => bytes <= budget) ? 0 : 1);

function brotli(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

async function bundled(source) {
  const entry = 'virtual:entry';
  const plugin = {
    name: 'entry',
    resolveId: (id) => (id === entry ? `\0${entry}` : undefined),
    load: (id) => (id === `\0${entry}` ? source : undefined),
  };
  const result = await build({
    root: join(ROOT, 'server-signer'),
    logLevel: 'error',
    configFile: false,
    plugins: [plugin],
    ssr: { noExternal: true, target: 'node' },
    build: { write: false, ssr: entry, minify: true, rollupOptions: { input: entry } },
  });
  return brotli(Buffer.from(result.output.map((chunk) => chunk.code ?? '').join('')));
}
