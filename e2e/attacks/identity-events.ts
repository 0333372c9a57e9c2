import type { BrowserContext, Page } from '@playwright/test';

/** An `identitychange` as a page heard it. */
export interface HeardChange {
  readonly page: Page;
  readonly reason: string;
  readonly previous: string;
  readonly current: string;
}

interface WidgetPage {
  familiar?: ((...call: unknown[]) => void) & { q?: unknown[] };
  tellTest?: (change: unknown) => void;
}

/** Keeps what every page of a context hears of changed identities, also where it is left right after. Call it before a page is opened. */
export async function hearChanges(context: BrowserContext): Promise<readonly HeardChange[]> {
  const heard: HeardChange[] = [];
  await context.exposeBinding(
    'tellTest',
    ({ page }, change: { previous: { level: string }; current: { level: string }; reason: string }) => {
      heard.push({ page, reason: change.reason, previous: change.previous.level, current: change.current.level });
    },
  );
  await context.addInitScript(() => {
    const page = window as unknown as WidgetPage;
    const stub: NonNullable<WidgetPage['familiar']> = (...call) => void (stub.q ??= []).push(call);
    page.familiar ??= stub;
    page.familiar('on', 'identitychange', (change: unknown) => page.tellTest?.(change));
  });
  return heard;
}

/** A command of the page's script. */
export async function command(page: Page, name: string, detail?: unknown): Promise<void> {
  await page.evaluate(([called, given]) => (window as unknown as WidgetPage).familiar?.(called, given), [name, detail] as const);
}
