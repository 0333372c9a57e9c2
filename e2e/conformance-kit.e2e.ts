import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumArguments, findChromium } from '../scripts/chromium.mjs';
import { expect, test } from './demo.ts';
import { freePort } from './processes.ts';

/** The kit as a customer gets it: its command, and the snippet of its README. */
const ROOT = join(import.meta.dirname, '..');
const README = readFileSync(join(ROOT, 'conformance/README.md'), 'utf8');

test.setTimeout(180_000);

test('the command finds the shop in order, a line for each scenario', async ({ demo }) => {
  const { code, output } = await run('conformance/dist/cli.js', [`${demo.site}/`, '--token-url', '/familiar/token']);
  const lines = output.trim().split('\n');
  expect(lines.filter((line) => !line.startsWith('ok    '))).toEqual([]);
  expect(lines.length).toBeGreaterThan(15);
  expect(code).toBe(0);
});

test('the command says what is wrong with a page that has no widget, and fails', async ({ demo }) => {
  const { code, output } = await run('conformance/dist/cli.js', [`${demo.site}/favicon.svg`, '--module']);
  expect(output).toMatch(/^FAIL {2}the page has one widget, of one agent: The page shows no launcher.*Mend: load familiar\.js/m);
  expect(code).toBe(1);
});

test('the command says when nothing answers at the address', async () => {
  const { code, output } = await run('conformance/dist/cli.js', [`http://127.0.0.1:${await freePort()}/`]);
  expect(output).toMatch(/^FAIL {2}.*Mend: start the site, and check its address\.$/m);
  expect(code).toBe(1);
});

test('the command without an address says how to use it', async () => {
  const { code, output } = await run('conformance/dist/cli.js', []);
  expect(output).toContain('familiar-conformance <url>');
  expect(code).toBe(2);
});

test('the README’s snippet is a spec that passes on the shop', async ({ demo }) => {
  const [, snippet = ''] = /```ts\n(.*?)```/s.exec(README) ?? [];
  mkdirSync(join(ROOT, 'test-results'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'test-results/conformance-'));
  const use = { baseURL: demo.site, launchOptions: { executablePath: findChromium(), args: chromiumArguments() } };
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'familiar.spec.ts'), snippet);
  writeFileSync(join(folder, 'playwright.config.ts'), `export default ${JSON.stringify({ reporter: 'line', workers: 1, use })};`);
  const words = ['a user is verified', 'two users have two tokens', 'one widget', 'in the middle of an answer'];
  const { code, output } = await run('node_modules/@playwright/test/cli.js', ['test', '-c', folder, '-g', words.join('|')]);
  rmSync(folder, { recursive: true, force: true });
  expect(output).toContain('4 passed');
  expect(code).toBe(0);
});

async function run(program: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const passwords = { PASSWORD_OF_alice: 'fern-and-moss', PASSWORD_OF_bob: 'clay-and-rain' };
  const env = { ...process.env, ...passwords, CHROMIUM_PATH: findChromium(), PLAYWRIGHT_JSON_OUTPUT_FILE: '' };
  const child = spawn(process.execPath, [join(ROOT, program), ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}
