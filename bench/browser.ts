import { chromium, type Page } from '@playwright/test';
import { chromiumArguments, findChromium } from '../scripts/chromium.mjs';
import { startDemo } from '../e2e/processes.ts';

const ROUNDS = 15;

/** What the first open costs in a fresh browser profile, against one plain fetch of the same page's script. */
async function main(): Promise<void> {
  const demo = await startDemo();
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArguments() });
  const rows: Record<string, number>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(demo.site);
    await page.locator('[part~="launcher"]').waitFor();
    rows.push({ ...(await primitives(page)), ...(await firstOpen(page)) });
    await context.close();
  }
  const base = median(rows.map((row) => row['fetch'] ?? 0));
  for (const name of Object.keys(rows[0] ?? {})) {
    const ms = median(rows.map((row) => row[name] ?? 0));
    process.stdout.write(`${name.padEnd(28)}${ms.toFixed(1).padStart(8)} ms ${(ms / base).toFixed(1).padStart(6)} x\n`);
  }
  await browser.close();
  await demo.remove();
}

async function primitives(page: Page): Promise<Record<string, number>> {
  return page.evaluate(async () => {
    const time = async (work: () => Promise<unknown>): Promise<number> => {
      const start = performance.now();
      await work();
      return performance.now() - start;
    };
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    let keys: CryptoKeyPair | null = null;
    return {
      fetch: await time(async () => (await fetch('/familiar/familiar.js', { cache: 'no-store' })).text()),
      'make a key': await time(async () => {
        keys = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
      }),
      'sign a proof': await time(async () => {
        if (keys !== null) await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, new Uint8Array(300));
      }),
    };
  });
}

async function firstOpen(page: Page): Promise<Record<string, number>> {
  const start = performance.now();
  const minted = page.waitForResponse((response) => response.url().endsWith('/session-tokens') && response.request().method() === 'POST');
  await page.locator('[part~="launcher"]').click();
  await page.locator('[part~="panel"]').getByRole('textbox').waitFor();
  const usable = performance.now() - start;
  const response = await minted;
  await response.finished();
  const { requestStart, responseEnd } = response.request().timing();
  return { 'click to composer': usable, 'mint, round trip': responseEnd - requestStart };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

await main();
