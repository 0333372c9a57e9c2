import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumArguments, findChromium } from '../../scripts/chromium.mjs';
import { generateSigningKey } from '../src/generate-signing-key.ts';
import { installPublished } from './published.ts';

/** What a careless bundle does: the key is in it, and it tries every way to sign. */
const ENTRY = `
import { createSigner, signIdentityToken } from '@familiar/server-signer';
const options = { agent: 'fernwell/guide', issuer: 'fernwell', key: __KEY__ };
const attempt = async (work) => { try { return 'signed ' + typeof (await work()); } catch (error) { return error.code + ': ' + error.message; } };
const answer = Promise.all([
  attempt(() => createSigner(options).sign({ sub: 'u_1' })),
  attempt(() => signIdentityToken({ ...options, sub: 'u_1' })),
]);
if (typeof document === 'undefined') {
  onmessage = async ({ ports }) => (ports[0] ?? self).postMessage(await answer);
} else globalThis.answer = answer;
`;

/** How a page comes to run it. Each resolves to what the bundle answered. */
const PLACES = {
  'a page': `import('/bundle.js').then(() => globalThis.answer)`,
  'a worker': `new Promise((done) => {
    const worker = new Worker('/bundle.js', { type: 'module' });
    worker.onmessage = ({ data }) => done(data);
    worker.postMessage('');
  })`,
  'a classic worker': `new Promise((done) => {
    const worker = new Worker('/bundle.js');
    worker.onmessage = ({ data }) => done(data);
    worker.postMessage('');
  })`,
  'a service worker': `navigator.serviceWorker.register('/bundle.js').then(() => navigator.serviceWorker.ready).then(({ active }) => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => done(data);
    active.postMessage('', [port2]);
  }))`,
};

const folder = mkdtempSync(join(tmpdir(), 'familiar-bundle-'));
let server: Server;
let browser: Browser;
beforeAll(async () => {
  installPublished(join(folder, 'node_modules'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/entry.js'), ENTRY);
  const { privateJwk } = await generateSigningKey();
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    define: { __KEY__: JSON.stringify(JSON.stringify(privateJwk)) },
    build: { lib: { entry: 'src/entry.js', formats: ['iife'], name: 'careless', fileName: () => 'bundle.js' } },
  });
  const bundle = readFileSync(join(folder, 'dist/bundle.js'));
  server = createServer((request, response) => {
    const isBundle = request.url === '/bundle.js';
    response.setHeader('content-type', isBundle ? 'text/javascript' : 'text/html').end(isBundle ? bundle : '<!doctype html>');
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const executablePath = findChromium();
  browser = await chromium.launch({ args: chromiumArguments(), ...(executablePath === undefined ? {} : { executablePath }) });
}, 60_000);
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  await new Promise((done) => void server.close(done));
  rmSync(folder, { recursive: true });
});

test.each(Object.entries(PLACES))('bundled for a browser, the signer refuses to start in %s', async (_name, run) => {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  const answers = await page.evaluate<string[]>(run);
  expect(answers).toHaveLength(2);
  for (const answer of answers) expect(answer).toMatch(/^in_browser: .* Sign on your server\.$/);
  await page.close();
});
