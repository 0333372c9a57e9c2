import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Article, loadArticles } from './articles.ts';
import { type Html, trusted } from './html.ts';

/** What a script tag of the widget says. */
export interface WidgetSettings {
  readonly agent: string;
  readonly embedKey: string;
  /** Where the agent's backend answers: another origin than the shop's. */
  readonly baseUrl: string;
}

/** Everything the pages are made from. Read once, when the shop opens. */
export interface Shop {
  readonly articles: ReadonlyMap<string, Article>;
  /** Drawings of the plants, by the name in their page's `art`. */
  readonly art: ReadonlyMap<string, Html>;
  readonly widget: WidgetSettings;
}

/** Reads `pages/*.md` and `art/*.svg` of a folder. */
export function openShop(folder: string, widget: WidgetSettings): Shop {
  const drawings = readdirSync(join(folder, 'art')).filter((name) => name.endsWith('.svg'));
  const art = new Map(drawings.map((name) => [name.slice(0, -4), trusted(readFileSync(join(folder, 'art', name), 'utf8').trim())]));
  return { articles: loadArticles(join(folder, 'pages')), art, widget };
}

/** Articles whose address starts with `prefix`, in the order of their file names. */
export function articlesUnder(shop: Shop, prefix: string): readonly Article[] {
  return [...shop.articles.values()].filter(({ url }) => url.startsWith(prefix));
}
