import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'vite';

/**
 * What a server bundles to sign and to answer, with what it takes from jose, and what jose's own signer would weigh:
 * bytes, minified, brotli 11. Measured on `dist/`. Keys are generated elsewhere.
 */
export async function measureSigner() {
  return {
    signer: await bundle("export { createSigner, signIdentityToken, tokenHandler, SignerError } from '@familiar/server-signer'"),
    jose: await bundle("export { SignJWT, importJWK } from 'jose'"),
  };
}

async function bundle(source) {
  const entry = 'virtual:entry';
  const plugin = {
    name: 'entry',
    resolveId: (id) => (id === entry ? `\0${entry}` : undefined),
    load: (id) => (id === `\0${entry}` ? source : undefined),
  };
  const result = await build({
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'error',
    configFile: false,
    plugins: [plugin],
    ssr: { noExternal: true, target: 'node' },
    build: { write: false, ssr: true, minify: true, rolldownOptions: { input: entry } },
  });
  const code = Buffer.from(result.output.map((chunk) => chunk.code ?? '').join(''));
  return brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${JSON.stringify(await measureSigner())}\n`);
