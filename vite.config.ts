import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumArguments, findChromium } from './scripts/chromium.mjs';

const source = { resolve: { conditions: ['familiar-source'] }, ssr: { resolve: { conditions: ['familiar-source'] } } };

/** Unit and contract tests of every package; those of the widget run in real Chromium. */
export default defineConfig({
  test: {
    projects: [
      ...['protocol', 'server-signer', 'agent-backend', 'conformance', 'demo', 'scripts'].map((name) => ({
        ...source,
        test: {
          name,
          root: name,
          include: ['{src,test,server,.}/**/*.test.{ts,mjs}'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          environment: 'node',
        },
      })),
      {
        ...source,
        // Found late, a dependency reloads the page under a running test.
        optimizeDeps: { include: ['idb-keyval'] },
        test: {
          name: 'widget',
          root: 'widget',
          include: ['src/**/*.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: findChromium(), args: chromiumArguments() } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
