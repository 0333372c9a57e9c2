import { expect, type Page } from '@playwright/test';
import type { Demo } from './demo.ts';

/** The passwords of the demo's accounts; its sign-in page shows them, too. */
export const PASSWORDS: Record<string, string> = { alice: 'fern-and-moss', bob: 'clay-and-rain' };

/** Signs in on the shop's own form and lands on the members' page. */
export async function signIn(page: Page, demo: Demo, account: string): Promise<void> {
  await page.goto(`${demo.site}/login`);
  await page.getByLabel(/user ?name|account|e-?mail/i).fill(account);
  await page.getByLabel(/password/i).fill(PASSWORDS[account] ?? '');
  await page
    .locator('main')
    .getByRole('button', { name: /sign in|log in/i })
    .click();
  await expect(page).toHaveURL(/\/account/);
}
