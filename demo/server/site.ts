import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Accounts, Member } from './accounts.ts';
import { articlePage, homePage, indexPage, plantPage, plantsPage } from './catalogue.ts';
import { accountPage, kioskPage, loginPage, notFoundPage, plannerPage, readCard, returnsDeskPage } from './desk.ts';
import { layout, type Page } from './layout.ts';
import type { Sessions } from './sessions.ts';
import type { Shop } from './shop.ts';
import { sendFile } from './static.ts';

export interface SiteOptions {
  readonly shop: Shop;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  /** Origins that this site answers at. A POST from any other is refused. */
  readonly origins: readonly string[];
  /** Where the built widget lies; served at `/familiar/`. */
  readonly widgetFolder: string;
  /** Answers `POST /familiar/token`. */
  readonly signIdentity: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const PUBLIC = fileURLToPath(new URL('../public/', import.meta.url));
const PLANNER = fileURLToPath(new URL('../dist/planner/', import.meta.url));
const BODY_LIMIT = 4096;

/** The whole site as one `node:http` request listener. */
export function createSite(options: SiteOptions): Handler {
  const { shop, sessions } = options;
  const folders = { '/assets/': PUBLIC, '/familiar/': options.widgetFolder, '/planner/assets/': PLANNER } as const;

  async function get(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://site');
    const path = decodePath(url.pathname);
    if (path === '/favicon.svg' && (await sendFile(request, response, { folder: PUBLIC, name: 'favicon.svg' }))) return;
    for (const [prefix, folder] of Object.entries(folders)) {
      if (path.startsWith(prefix) && (await sendFile(request, response, { folder, name: path.slice(prefix.length) }))) return;
    }
    const member = sessions.find(request);
    if (path === '/account' && !member) return redirect(response, '/login');
    const page = findPage(shop, { path, query: url.searchParams, member });
    sendPage(response, page ? 200 : 404, { member, ...(page ?? { title: 'Not found', main: notFoundPage(shop) }) });
  }

  async function post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Browsers always say where a POST comes from, and no page can forge it: this keeps other sites from signing anybody in, out or over.
    if (!options.origins.includes(request.headers.origin ?? '')) return sendText(response, 403, 'This form was sent from another site.');
    if (request.url === '/familiar/token') return options.signIdentity(request, response);
    if (request.url === '/login') return signIn(request, response);
    if (request.url === '/confirm') return confirm(options, request, response);
    if (request.url !== '/logout') return sendText(response, 404, 'There is no such form.');
    redirect(response, '/', sessions.end(request));
  }

  async function signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await readForm(request);
    if (form === null) return sendText(response, 413, 'That is more than the form asks for.');
    const result = await options.accounts.signIn(form.get('username') ?? '', form.get('password') ?? '');
    if (result.kind === 'member') {
      sessions.end(request);
      return redirect(response, '/account', sessions.start(result.member));
    }
    const isLocked = result.kind === 'locked';
    if (isLocked) response.setHeader('Retry-After', '60');
    const note = isLocked ? 'Too many tries. Wait a minute, then try again.' : 'User name and password do not match.';
    sendPage(response, isLocked ? 429 : 401, { title: 'Sign in', main: loginPage(note) });
  }

  function sendPage(response: ServerResponse, status: number, page: Page): void {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Cache-Control', 'private, no-store');
    response.writeHead(status).end(layout(shop, page).markup);
  }

  return async (request, response) => {
    secure(response, shop.widget.baseUrl);
    if (request.method === 'POST') return post(request, response);
    if (request.method === 'GET' || request.method === 'HEAD') return get(request, response);
    response.setHeader('Allow', 'GET, HEAD, POST');
    sendText(response, 405, 'Not here.');
  };
}

/** Whoever is signed in types their password once more; the next identity token says that they just did. */
async function confirm({ sessions, accounts }: SiteOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const member = sessions.find(request);
  const form = await readForm(request);
  if (form === null) return sendText(response, 413, 'That is more than the form asks for.');
  if (!member) return sendText(response, 401, 'Sign in first.');
  const result = await accounts.confirm(member, form.get('password') ?? '');
  if (result.kind === 'locked') return sendText(response, 429, 'Too many tries. Wait a minute, then try again.');
  if (result.kind === 'refused') return sendText(response, 401, 'That is not your password.');
  sessions.confirm(request);
  response.writeHead(204, { 'Cache-Control': 'no-store' }).end();
}

interface Visit {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly member: Member | null;
}

function findPage(shop: Shop, { path, query, member }: Visit): Page | null {
  const article = shop.articles.get(path);
  if (article) {
    const section = `/${path.split('/')[1] ?? ''}`;
    return { title: article.title, section, main: section === '/plants' ? plantPage(shop, article) : articlePage(shop, article) };
  }
  if (path === '/planner' || path.startsWith('/planner/')) {
    return { title: 'Planner', section: '/planner', chat: 'none', main: plannerPage(shop) };
  }
  switch (path) {
    case '/':
      return { title: 'Houseplants by post', main: homePage(shop), className: 'home' };
    case '/plants':
      return { title: 'Plants', section: path, main: plantsPage(shop) };
    case '/care':
      return { title: 'Care', section: path, main: indexPage(shop, 'care') };
    case '/help':
      return { title: 'Help', section: path, main: indexPage(shop, 'help') };
    case '/kiosk':
      return { title: 'Kiosk', chat: { userId: 'ephemeral' }, className: 'at-kiosk', main: kioskPage(shop) };
    case '/login':
      return { title: 'Sign in', section: path, main: loginPage(null) };
    case '/account':
      return member && { title: 'Your account', section: path, scripts: ['members.js'], main: accountPage(shop, member) };
    case '/returns-desk': {
      const card = readCard(query.get('card'));
      return { title: 'Returns desk', chat: card === null ? 'none' : { userId: card }, main: returnsDeskPage(card, query.get('card')) };
    }
    default:
      return null;
  }
}

/** No inline script or style anywhere; nothing from another origin but the calls to the agent's backend. */
function secure(response: ServerResponse, backend: string): void {
  response.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ${backend}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'`,
  );
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'same-origin');
}

function redirect(response: ServerResponse, location: string, cookie?: string): void {
  if (cookie !== undefined) response.setHeader('Set-Cookie', cookie);
  response.writeHead(303, { Location: location, 'Cache-Control': 'no-store' }).end();
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', Connection: 'close' }).end(text);
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A stray percent sign: no page has that name.
    return '';
  }
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > BODY_LIMIT) return null;
  }
  return new URLSearchParams(text);
}
