import { defineConfig } from 'vite';

/** Builds the planner alone: a script of a fixed name that the site's page loads, and hashed chunks beside it. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/planner/assets/',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist/planner',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: 'planner/main.tsx',
      output: { entryFileNames: 'planner.js', chunkFileNames: '[name]-[hash].js', assetFileNames: '[name]-[hash][extname]' },
    },
  },
});
