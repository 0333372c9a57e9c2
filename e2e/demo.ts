import { test as base, type Browser, type BrowserContext, expect, type Page } from '@playwright/test';
import { type Demo, startDemo } from './processes.ts';

/** Every test of a worker shares one demo; each test has browsers, and so identities, of its own. */
export const test = base.extend<{ visitor: (name?: string) => Promise<Page> }, { demo: Demo }>({
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
    await use(async () => newPage(browser, contexts));
    await Promise.all(contexts.map((context) => context.close()));
  },
});

async function newPage(browser: Browser, contexts: BrowserContext[]): Promise<Page> {
  const context = await browser.newContext();
  contexts.push(context);
  return context.newPage();
}

export { type Demo, expect };
