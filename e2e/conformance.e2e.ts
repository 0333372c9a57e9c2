import { conformance } from '@familiar/conformance';
import { expect, test as base } from './demo.ts';

/** The kit that customers run, pointed at the demo that this worker has started. */
const test = base.extend({ baseURL: async ({ demo }, use) => use(demo.site) });

const PASSWORDS: Readonly<Record<string, string>> = { alice: 'fern-and-moss', bob: 'clay-and-rain' };

conformance({ test, url: '/' });

conformance({
  test,
  url: '/account',
  publicUrl: '/',
  tokenUrl: '/familiar/token',
  async signIn(page, user) {
    await page.goto('/login');
    await page.getByLabel('User name').fill(user);
    await page.getByLabel('Password').fill(PASSWORDS[user] ?? '');
    await page.locator('main').getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(/\/account/);
  },
  async signOut(page) {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page).not.toHaveURL(/\/account/);
  },
});

conformance({ test, url: '/planner', integration: 'module' });
