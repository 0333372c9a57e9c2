import type { Page } from '@playwright/test';
import { ConformanceFailure } from './failure.ts';

/** The script tag of a page, as its attributes stand in the DOM. */
export interface ScriptTag {
  readonly src: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Every tag of the widget that a loaded page holds. */
export async function findScriptTags(page: Page): Promise<readonly ScriptTag[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLScriptElement>('script[data-agent][src]')].map(({ src, attributes }) => ({
      src,
      data: Object.fromEntries([...attributes].filter(({ name }) => name.startsWith('data-')).map(({ name, value }) => [name, value])),
    })),
  );
}

/** Throws where the page has none. */
export async function findScriptTag(page: Page): Promise<ScriptTag> {
  const [tag] = await findScriptTags(page);
  if (tag !== undefined) return tag;
  throw new ConformanceFailure(
    'The page has no script tag with data-agent.',
    "put the tag on the page, or say integration: 'module' (--module) where the page calls createWidget() itself.",
  );
}

/** Where a tag stands, and when it runs. */
export interface Placing {
  readonly how: 'async' | 'defer' | 'blocking';
  readonly where: 'head' | 'body';
  readonly times: number;
}

interface StandIn {
  readonly url: string;
  readonly tag: ScriptTag;
  readonly placing: Placing;
  /** In place of the site's own policy. */
  readonly policy?: string;
}

/** From now on the address answers with an empty page that has the site's headers, and the tag placed like this. */
export async function standIn(page: Page, { url, tag, placing, policy }: StandIn): Promise<void> {
  await page
    .context()
    .grantPermissions(['local-network-access'])
    .catch(() => {
      // Only Chromium asks before a page that came from no address calls one on this machine.
    });
  await page.route(url, async (route) => {
    const response = await route.fetch();
    const headers = response.headers();
    if (policy !== undefined) headers['content-security-policy'] = policy;
    // An empty page of another length, and not compressed.
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) Reflect.deleteProperty(headers, name);
    const nonce = /'nonce-([^']+)'/.exec(headers['content-security-policy'] ?? '')?.[1];
    const tags = write(tag, placing.how, nonce).repeat(placing.times);
    const [head, body] = placing.where === 'head' ? [tags, ''] : ['', tags];
    await route.fulfill({
      status: 200,
      headers: { ...headers, 'content-type': 'text/html; charset=utf-8' },
      body: `<!doctype html><html lang="en"><head><title>Stand-in</title>${head}</head><body><p>Stand-in</p>${body}</body></html>`,
    });
  });
}

function write({ src, data }: ScriptTag, how: Placing['how'], nonce: string | undefined): string {
  const attributes = Object.entries({ src, ...data, ...(nonce === undefined ? {} : { nonce }) });
  const written = attributes.map(([name, value]) => ` ${name}="${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`).join('');
  return `<script${how === 'blocking' ? '' : ` ${how}`}${written}></script>`;
}
