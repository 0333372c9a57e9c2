import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The Chromium that tests drive: `CHROMIUM_PATH`, else an installed Chromium or Chrome, else Playwright's own download.
 * Returns its path, or undefined where there is none; `npm run setup` installs one.
 */
export function findChromium() {
  const asked = process.env.CHROMIUM_PATH;
  if (asked) {
    if (!existsSync(asked)) throw new Error(`CHROMIUM_PATH names ${asked}, which does not exist. Point it at a Chromium, or unset it.`);
    return asked;
  }
  for (const name of NAMES) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // Not installed under this name; the next one may be.
    }
  }
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined;
}

/** Flags that keep Chromium quiet and off the network; as root it runs only without its sandbox. */
export function chromiumArguments() {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return process.getuid?.() === 0 ? [...quiet, '--no-sandbox'] : quiet;
}
