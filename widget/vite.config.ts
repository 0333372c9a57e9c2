import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { defineConfig, type Plugin, type UserConfig } from 'vite';

const DIST = new URL('dist/', import.meta.url);
// The panel's styles are written for browsers that know light-dark(); its lowered form cannot follow a theme's mode.
const TARGETS = { target: 'es2022', cssTarget: 'esnext' };
/** Names of numbers and short texts are for whoever reads the sources. */
const INLINE_CONST = { mode: 'all' } as const;
const { version }: { version: string } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** Three builds, one after the other: the panel's module, the loader that knows the panel's file name, the npm entry. */
export default defineConfig(({ mode }): UserConfig => {
  const define = { FAMILIAR_VERSION: JSON.stringify(version) };
  const shared: UserConfig = { define, publicDir: false, logLevel: 'warn', plugins: [importPlainly(), printSizes()] };
  switch (mode) {
    case 'panel':
      return {
        ...shared,
        build: {
          ...TARGETS,
          minify: 'oxc',
          modulePreload: false,
          rolldownOptions: {
            input: 'src/panel-entry.ts',
            optimization: { inlineConst: INLINE_CONST },
            // What is needed by some only are files of their own; they take the rooms from the panel's module.
            preserveEntrySignatures: 'allow-extension',
            output: { format: 'es', entryFileNames: 'panel-[hash].js', chunkFileNames: 'familiar-[name]-[hash].js' },
          },
        },
      };
    case 'loader':
      return {
        ...shared,
        define: { PANEL_FILE: JSON.stringify(findPanel()) },
        build: {
          ...TARGETS,
          minify: 'oxc',
          emptyOutDir: false,
          rolldownOptions: {
            input: 'src/embed.ts',
            optimization: { inlineConst: INLINE_CONST },
            output: { format: 'iife', entryFileNames: 'familiar.js' },
          },
        },
      };
    default:
      return {
        ...shared,
        build: {
          ...TARGETS,
          minify: false,
          emptyOutDir: false,
          lib: { entry: 'src/index.ts', formats: ['es'], fileName: () => 'index.js' },
          rolldownOptions: {
            external: ['idb-keyval', '@familiar/protocol'],
            output: { chunkFileNames: '[name].js' },
          },
        },
      };
  }
});

function findPanel(): string {
  const name = readdirSync(DIST).find((file) => /^panel-.*\.js$/.test(file));
  if (name === undefined) throw new Error('Build the panel first: npm run build -w widget.');
  return name;
}

/** What Vite makes of `await import(…)`, to load styles and dependencies ahead. */
const PRELOAD = /__vitePreload\(async \(\) => \{\s*const (\{ \w+ \}) = await (import\([^)]+\));\s*return \1;\s*\}, [^)]*\)/g;

/** Files that are fetched when they are needed have none of those: 1.2 kB of helper for nothing. */
function importPlainly(): Plugin {
  return {
    name: 'import-plainly',
    enforce: 'pre',
    load: { filter: { id: /vite\/preload-helper/ }, handler: () => 'export const __vitePreload = (load) => load();' },
    renderChunk: (code) => ({ code: code.replaceAll(PRELOAD, '$2'), map: null }),
  };
}

function printSizes(): Plugin {
  return {
    name: 'print-sizes',
    writeBundle(_, bundle) {
      for (const file of Object.keys(bundle)) {
        if (!file.endsWith('.js')) continue;
        const bytes = brotliCompressSync(readFileSync(new URL(file, DIST))).length;
        process.stdout.write(`${basename(file).padEnd(24)}${String(bytes).padStart(7)} bytes brotli\n`);
      }
    },
  };
}
