import { test as base, type Browser, type BrowserContext, type BrowserContextOptions, expect, type Page } from '@playwright/test';
import { type Demo, startDemo } from './processes.ts';

/** Every test of a worker shares one demo; each test has browsers, and so identities, of its own. */
export const test = base.extend<{ visitor: (options?: BrowserContextOptions) => Promise<Page> }, { demo: Demo }>({
  demo: [
    async ({ playwright: _playwright }, use) => {
      const demo = await startDemo();
      await use(demo);
      await demo.remove();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  visitor: async ({ browser }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (options = {}) => newPage(browser, contexts, options));
    await Promise.all(contexts.map((context) => context.close()));
  },
});

async function newPage(browser: Browser, contexts: BrowserContext[], options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext(options);
  contexts.push(context);
  return context.newPage();
}

export { type Demo, expect };
