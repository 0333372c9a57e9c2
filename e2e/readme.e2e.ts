import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { generateSigningKey } from '@familiar/server-signer';
import { Chat } from './chat.ts';
import { freePort, until } from './processes.ts';
import { allSnippets, snippet } from './readme.ts';

/** The reader's own site, which the README does not show: who is signed in stands in a cookie, for the test's sake alone. */
const YOUR_SITE = `
import { createReadStream, existsSync } from 'node:fs';
import { basename } from 'node:path';
const FILES = { '/': 'index.html', '/familiar-setup.js': 'familiar-setup.js' };
export const userOf = (request) => /user=(\\w+)/.exec(request.headers.cookie ?? '')?.[1] ? { id: RegExp.$1 } : null;
export const serveSite = (request, response) => {
  const file = FILES[request.url] ?? (request.url.startsWith('/familiar/') ? process.env.WIDGET + '/' + basename(request.url) : '');
  if (!existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': file.endsWith('.js') ? 'text/javascript' : 'text/html' });
  createReadStream(file).pipe(response);
};
`;
const ROOT = join(import.meta.dirname, '..');

test('every snippet of the README is one that this file runs', () => {
  expect(allSnippets()).toEqual([
    'See it/sh',
    'Put it on a site/html',
    'Put it on a site/js',
    'Sign who the user is/js',
    'Run the backend/ts',
  ]);
});

test('the commands of the README are scripts of this repository', async () => {
  const { default: manifest } = (await import('../package.json', { with: { type: 'json' } })) as {
    default: { scripts: Record<string, string> };
  };
  const commands = [...snippet('See it', 'sh').matchAll(/^npm (\w+)/gm)].map(([, name]) => name);
  expect(commands).toEqual(['start', 'test']);
  expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(commands));
});

test('a site, a signer and a backend made of the README’s snippets know their user', async ({ browser }) => {
  mkdirSync(join(ROOT, 'test-results'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'test-results/readme-'));
  const ports = { site: await freePort(), backend: await freePort() };
  const { privateJwk, publicJwk } = await generateSigningKey({ alg: 'ES256' });
  const files = {
    'package.json': '{"type":"module"}',
    'index.html': snippet('Put it on a site', 'html'),
    'familiar-setup.js': snippet('Put it on a site', 'js'),
    'server.js': snippet('Sign who the user is', 'js'),
    'your-site.js': YOUR_SITE,
    'familiar.config.ts': snippet('Run the backend', 'ts'),
    'public.jwk.json': JSON.stringify(publicJwk),
    'pages/opening.md': '# Opening hours\n\nAcme is open from nine to five.\n',
  };
  mkdirSync(join(folder, 'pages'));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(
      join(folder, name),
      text.replaceAll('localhost:4000', `localhost:${ports.site}`).replaceAll('localhost:4100', `localhost:${ports.backend}`),
    );
  }
  const signing = { FAMILIAR_SIGNING_KEY: JSON.stringify(privateJwk), WIDGET: join(ROOT, 'widget/dist') };
  const children = [
    launch(folder, ['server.js'], { ...signing, PORT: String(ports.site) }),
    launch(folder, [join(ROOT, 'agent-backend/dist/main.js'), '--config', 'familiar.config.ts'], { PORT: String(ports.backend) }),
  ];
  try {
    const site = `http://localhost:${ports.site}/`;
    await until(
      'the snippets answer',
      async () => (await isUp(site)) && (await isUp(`http://localhost:${ports.backend}/readyz`)),
      () => '',
    );
    const context = await browser.newContext();
    await context.addCookies([{ name: 'user', value: 'carol', url: site }]);
    const page = await context.newPage();
    await page.goto(site);
    const chat = new Chat(page);
    expect(await chat.ask('When are you open?')).toContain('nine to five');
    await chat.ask('My name is Carol');
    const elsewhere = await browser.newContext();
    await elsewhere.addCookies([{ name: 'user', value: 'carol', url: site }]);
    const second = await elsewhere.newPage();
    await second.goto(site);
    expect(await new Chat(second).ask('What is my name?')).toContain('Carol');
    await Promise.all([context.close(), elsewhere.close()]);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

function launch(cwd: string, args: string[], environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, args, { cwd, stdio: 'inherit', env: { ...process.env, NODE_NO_WARNINGS: '1', ...environment } });
}

async function isUp(url: string): Promise<boolean> {
  return fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );
}
