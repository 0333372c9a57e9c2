import { type Visitor } from './stage.ts';
import type { Site } from './site.ts';

/** What a site's signer answered. The token is for looking into, never to print. */
export interface SignerAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly token: string | null;
}

export interface SignerQuestion {
  /** Default: `POST`. */
  readonly method?: string;
  /** Default: the site's own. Any other is asked as from that site's page. */
  readonly origin?: string;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
}

/** Asks the signer with the cookies of this visitor, as a page would. The site has a `tokenUrl`. */
export async function askSigner({ context }: Visitor, site: Site, question: SignerQuestion = {}): Promise<SignerAnswer> {
  const { method = 'POST', origin = site.origin, body, query = {} } = question;
  const url = new URL(site.tokenUrl ?? site.url);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const preflight: Record<string, string> = method === 'OPTIONS' ? { 'Access-Control-Request-Method': 'POST' } : {};
  const response = await context.request.fetch(url.href, {
    method,
    maxRedirects: 0,
    headers: { Origin: origin, 'Sec-Fetch-Site': origin === site.origin ? 'same-origin' : 'cross-site', ...preflight },
    ...(body === undefined ? {} : { data: body }),
  });
  const text = await response.text();
  return { status: response.status(), headers: response.headers(), token: /eyJ[\w-]+\.[\w-]+\.[\w-]*/.exec(text)?.[0] ?? null };
}
