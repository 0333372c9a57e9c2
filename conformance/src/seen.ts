import type { BrowserContext, Request, Response } from '@playwright/test';

/** A call for a session token, as it went out and as it was answered. */
export interface Mint {
  readonly backend: string;
  /** What the page said about who this is. */
  readonly claimed: 'nothing' | 'user-id' | 'identity-token';
  readonly userId: string | null;
  /** 0 where no answer came. */
  readonly status: number;
  readonly code: string | null;
  readonly level: string | null;
  /** Level, id and instance in one: the same text for the same participant. To compare, never to print. */
  readonly who: string | null;
}

/** All that one browser sent and got. */
export interface Seen {
  /** Every address that was asked for. */
  readonly urls: readonly string[];
  /** Every token that was sent or received. To search for, never to print. */
  readonly tokens: ReadonlySet<string>;
  /** The calls for session tokens so far, in the order of their answers. */
  mints(): Promise<readonly Mint[]>;
}

const MINT = '/v1/embed/session-tokens';

/** Watches every page of a context, from now on. */
export function watch(context: BrowserContext): Seen {
  const urls: string[] = [];
  const tokens = new Set<string>();
  const mints: Mint[] = [];
  const pending: Promise<unknown>[] = [];
  const isMint = (request: Request): boolean => request.method() === 'POST' && request.url().endsWith(MINT);
  const keep = async (request: Request, response: Response | null): Promise<void> => {
    const sent = readJson(request.postData() ?? '');
    const got = readJson((await response?.text().catch(() => '')) ?? '');
    for (const token of [sent['identity_token'], got['token']]) if (typeof token === 'string' && token !== '') tokens.add(token);
    mints.push(readMint(request, sent, { status: response?.status() ?? 0, got }));
  };
  context.on('request', (request) => {
    urls.push(request.url());
    const [scheme, credential] = (request.headers()['authorization'] ?? '').split(' ');
    if (scheme === 'Bearer' && credential) tokens.add(credential);
  });
  context.on('response', (response) => {
    if (isMint(response.request())) pending.push(keep(response.request(), response));
  });
  context.on('requestfailed', (request) => {
    if (isMint(request)) pending.push(keep(request, null));
  });
  return {
    urls,
    tokens,
    async mints() {
      await Promise.all(pending);
      return mints;
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

function readMint(request: Request, sent: Json, { status, got }: { status: number; got: Json }): Mint {
  const participant = asRecord(got['participant']);
  const instance = asRecord(got['instance']);
  const hasToken = 'identity_token' in sent;
  return {
    backend: request.url().slice(0, -MINT.length),
    claimed: hasToken ? 'identity-token' : 'user_id' in sent ? 'user-id' : 'nothing',
    userId: typeof sent['user_id'] === 'string' ? sent['user_id'] : null,
    status,
    code: typeof got['code'] === 'string' ? got['code'] : null,
    level: typeof participant['level'] === 'string' ? participant['level'] : null,
    who: status === 200 ? JSON.stringify([participant['level'], participant['id'], instance['id']]) : null,
  };
}

function readJson(text: string): Json {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    // Not JSON: a proxy's page, or nothing. Its status still tells.
    return {};
  }
}

function asRecord(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
