import type { Page } from '@playwright/test';

/** A customer's site, as the scenarios find it. */
export interface ConformanceOptions {
  /** The page that carries the widget; with `signIn`, one for members. Relative to Playwright's `baseURL`, where one is set. */
  readonly url: string;
  /** Signs in on the site's own form. The scenarios go to `url` afterwards. */
  readonly signIn?: (page: Page, user: string) => Promise<void>;
  /** Signs out as a visitor does, from the page at `url`. */
  readonly signOut?: (page: Page) => Promise<void>;
  /** Two accounts that `signIn` knows. Default: `alice` and `bob`. */
  readonly users?: readonly [string, string];
  /** Where the site signs identity tokens. Resolved against `url`. Without it the signer is not tested. */
  readonly tokenUrl?: string;
  /** A page with the widget that needs no sign-in. Default: `url`. */
  readonly publicUrl?: string;
  /** `module` where the page calls `createWidget()` itself: what needs the script tag is left out. Default: `script-tag`. */
  readonly integration?: 'script-tag' | 'module';
  /** What is said to the agent. Default: `Hello`. A random word is added, to find it again where it must not be. */
  readonly message?: string;
}

/** The options with every default filled in, and absolute URLs. */
export interface Site {
  readonly url: string;
  readonly publicUrl: string;
  readonly origin: string;
  readonly tokenUrl: string | null;
  readonly users: readonly [string, string];
  readonly integration: 'script-tag' | 'module';
  readonly message: string;
  readonly signIn: ((page: Page, user: string) => Promise<void>) | null;
  readonly signOut: ((page: Page) => Promise<void>) | null;
}

/** Throws `TypeError` where a URL cannot be resolved. */
export function readSite(options: ConformanceOptions, baseUrl?: string): Site {
  const url = new URL(options.url, baseUrl).href;
  return {
    url,
    publicUrl: new URL(options.publicUrl ?? url, url).href,
    origin: new URL(url).origin,
    tokenUrl: options.tokenUrl === undefined ? null : new URL(options.tokenUrl, url).href,
    users: options.users ?? ['alice', 'bob'],
    integration: options.integration ?? 'script-tag',
    message: options.message ?? 'Hello',
    signIn: options.signIn ?? null,
    signOut: options.signOut ?? null,
  };
}
