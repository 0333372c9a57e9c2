import { type AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createSigner, generateSigningKey, nodeTokenHandler } from '@familiar/server-signer';
import { Accounts } from '../server/accounts.ts';
import { Sessions } from '../server/sessions.ts';
import { openShop } from '../server/shop.ts';
import { createSite } from '../server/site.ts';

export const AGENT = 'fernwell/guide';
export const BACKEND = 'http://localhost:4100';

/** A request to the shop; `Origin` is the shop's own unless another is given. */
export interface Asked {
  readonly method?: string;
  readonly body?: URLSearchParams | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RunningShop {
  readonly origin: string;
  ask(path: string, options?: Asked): Promise<Response>;
  /** Signs in on the form and returns the cookie, as `name=value`. */
  signIn(username: string, password: string): Promise<string>;
  close(): Promise<void>;
}

/** The shop on a free port, with its real parts; `now` moves the clock of the sign-in lock. */
export async function openTestShop(now?: () => number): Promise<RunningShop> {
  const accounts = new Accounts(now);
  await accounts.add('alice', 'fern-and-moss', { id: 'member-alice', name: 'Alice <3', email: 'alice@fernwell.example' });
  const sessions = new Sessions();
  const { privateJwk } = await generateSigningKey();
  const signer = createSigner({ agent: AGENT, issuer: 'fernwell', key: privateJwk });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const site = createSite({
    shop: openShop(fileURLToPath(new URL('../', import.meta.url)), { agent: AGENT, embedKey: 'pk_"quoted"', baseUrl: BACKEND }),
    accounts,
    sessions,
    origins: [origin],
    widgetFolder: fileURLToPath(new URL('./', import.meta.url)),
    signIdentity: nodeTokenHandler({ signer, getUser: (request) => sessions.findUser(request) }),
  });
  server.on('request', (request, response) => void site(request, response));
  const ask = (path: string, options: Asked = {}) =>
    fetch(origin + path, { redirect: 'manual', ...options, headers: { Origin: origin, ...options.headers } });
  return {
    origin,
    ask,
    async signIn(username, password) {
      const answer = await ask('/login', { method: 'POST', body: new URLSearchParams({ username, password }) });
      return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    },
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
