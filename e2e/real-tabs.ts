import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from '@playwright/test';
import { chromiumArguments, findChromium } from '../scripts/chromium.mjs';

/**
 * A browser as visitors have it, with a profile of its own: a tab in the background is hidden and can be frozen, and pages
 * that are left go into the back/forward cache. Playwright's own browsers show all tabs at once and never keep a page.
 */
export interface RealBrowser {
  /** All tabs are in one window: `bringToFront()` hides the one that was in front. */
  readonly context: BrowserContext;
  close(): Promise<void>;
}

export async function startRealBrowser(): Promise<RealBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'familiar-browser-'));
  const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--no-default-browser-check'];
  const child = spawn(findChromium() ?? '', [...chromiumArguments(), ...own, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const browser = await chromium.connectOverCDP(await findAddress(child), { noDefaults: true });
  const [context] = browser.contexts();
  if (context === undefined) throw new Error('The browser has no window.');
  return {
    context,
    async close() {
      const gone = once(child, 'exit');
      await (await browser.newBrowserCDPSession()).send('Browser.close').catch(() => child.kill());
      await gone;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Chromium prints where it listens. */
async function findAddress({ stderr }: ChildProcess): Promise<string> {
  let printed = '';
  for await (const chunk of stderr ?? []) {
    printed += String(chunk);
    const address = /ws:\/\/\S+/.exec(printed)?.[0];
    if (address !== undefined) return address;
  }
  throw new Error(`The browser did not start.\n${printed}`);
}
