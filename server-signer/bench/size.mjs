import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'vite';

/**
 * What the signer adds to a server that has jose already: bytes, minified, brotli 11. Measured on `dist/`.
 * Everything a server needs to sign and to answer; keys are generated elsewhere.
 */
export async function measureSigner() {
  const signer = await bundle("export { createSigner, signIdentityToken, tokenHandler, SignerError } from '@familiar/server-signer'");
  return signer - (await bundle("export { SignJWT, importJWK, base64url } from 'jose'"));
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

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await measureSigner()} bytes beyond jose\n`);
