import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { chromiumArguments, findChromium } from '../scripts/chromium.mjs';
import { Chat } from './chat.ts';
import { type Demo, startDemo } from './processes.ts';
import { signIn } from './shop.ts';

const FOLDER = join(import.meta.dirname, '../docs/screenshots');
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const PAGES = ['home', 'returns-desk', 'account', 'kiosk', 'planner'] as const;

/** Photographs each page of the demo, with the panel closed and open: phone and desktop, light and dark. */
async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const demo = await startDemo();
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArguments() });
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ viewport, colorScheme });
      await photographShop(await context.newPage(), demo, `${size}-${colorScheme}`);
      await context.close();
    }
  }
  await browser.close();
  await demo.remove();
}

async function photographShop(page: Page, demo: Demo, suffix: string): Promise<void> {
  for (const name of PAGES) {
    if (name === 'account') await signIn(page, demo, 'alice');
    else await page.goto(`${demo.site}/${name === 'home' ? '' : name}`);
    await page.screenshot({ path: join(FOLDER, `${name}-${suffix}.png`), animations: 'disabled' });
    await photographChat(page, `${name}-chat-${suffix}.png`);
  }
}

async function photographChat(page: Page, file: string): Promise<void> {
  const chat = new Chat(page);
  await chat.open();
  if ((await chat.answers.count()) === 0) await chat.ask('How do you ship a plant in winter, and what does it cost?');
  await page.screenshot({ path: join(FOLDER, file), animations: 'disabled' });
}

await main();
