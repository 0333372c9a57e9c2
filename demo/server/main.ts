import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSigner, nodeTokenHandler } from '@familiar/server-signer';
import { Accounts } from './accounts.ts';
import { Sessions } from './sessions.ts';
import { openShop } from './shop.ts';
import { createSite } from './site.ts';

const AGENT = 'fernwell/guide';
const port = Number(process.env.PORT ?? 4000);
const dataDir = process.env.DATA_DIR ?? '.data';
const readData = (name: string) => readFileSync(join(dataDir, name), 'utf8').trim();

const shop = openShop(fileURLToPath(new URL('../', import.meta.url)), {
  agent: AGENT,
  embedKey: readData('embed-key'),
  baseUrl: process.env.BACKEND_URL ?? 'http://localhost:4100',
});

const accounts = new Accounts();
await accounts.add('alice', 'fern-and-moss', { id: 'member-5f2c81', name: 'Alice', email: 'alice@fernwell.example' });
await accounts.add('bob', 'clay-and-rain', { id: 'member-a90d37', name: 'Bob', email: 'bob@fernwell.example' });

const sessions = new Sessions();
const signer = createSigner({ agent: AGENT, issuer: 'fernwell', key: JSON.parse(readData('identity-key.json')) });

const site = createSite({
  shop,
  accounts,
  sessions,
  origins: [`http://localhost:${port}`, `http://127.0.0.1:${port}`, `http://[::1]:${port}`],
  widgetFolder: dirname(fileURLToPath(import.meta.resolve('@familiar/widget/familiar.js'))),
  // Who is signed in comes from the session cookie; nothing else of the request is read.
  signIdentity: nodeTokenHandler({ signer, getUser: (request) => sessions.findUser(request) }),
});

function listen(host: string): void {
  const server = createServer((request, response) => {
    site(request, response).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'text/plain' });
      response.end('Something broke in the glasshouse.');
    });
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    // A machine without IPv6 still has the other address.
    if (host === '::1' && error.code !== 'EADDRINUSE') return;
    console.error(error.message);
    process.exit(1);
  });
  server.listen(port, host);
}

listen('127.0.0.1');
listen('::1');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
