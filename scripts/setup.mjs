import { existsSync } from 'node:fs';
import { ROOT, ensureInstalled, run } from './install.mjs';

/**
 * Finds the Chromium for the browser tests, or installs one. In this order: `CHROMIUM_PATH`, an installed Chromium or
 * Chrome, Playwright's own download; where there is none, as root on Debian `apt-get install chromium`, else
 * `playwright install chromium`.
 */
ensureInstalled();
const { findChromium } = await import('./chromium.mjs');
if (findChromium() === undefined) {
  const isDebianRoot = process.getuid?.() === 0 && existsSync('/etc/debian_version');
  process.stdout.write('No Chromium here; installing one …\n');
  if (isDebianRoot) {
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { DEBIAN_FRONTEND: 'noninteractive' });
  } else {
    run(`${ROOT}node_modules/.bin/playwright`, ['install', 'chromium']);
  }
}
process.stdout.write(`Chromium: ${findChromium()}\n`);
