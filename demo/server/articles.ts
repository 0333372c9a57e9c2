import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { marked } from 'marked';
import { type Html, trusted } from './html.ts';

/** One Markdown page of the shop. The same files are what the chat answers from. */
export interface Article {
  readonly title: string;
  /** Path on this site, such as `/help/shipping`. */
  readonly url: string;
  /** All of the front matter: plants have a price, a latin name and so on. */
  readonly facts: Readonly<Record<string, string>>;
  readonly body: Html;
}

/** Reads every `.md` file of a folder, in the order of their names. Throws where one lacks `title` or `url`. */
export function loadArticles(folder: string): ReadonlyMap<string, Article> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
  const articles = files.sort().map((name) => parseArticle(readFileSync(join(folder, name), 'utf8'), name));
  return new Map(articles.map((article) => [article.url, article]));
}

/** Splits `key: value` front matter from the Markdown below it. */
export function parseArticle(text: string, name: string): Article {
  const [, header = '', markdown = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? [];
  const facts: Record<string, string> = Object.fromEntries(
    header.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
  const { title, url } = facts;
  if (!title || !url) throw new Error(`${name} needs a title and a url in its front matter.`);
  const rendered = marked.parse(markdown, { async: false });
  const body = trusted(rendered.replace(/<table>.*?<\/table>/gs, (table) => `<div class="table">${nameRows(table)}</div>`));
  return { title, url, facts, body };
}

/** Markdown has no tables without names over their columns: where these are blank, the first column names the rows. */
function nameRows(table: string): string {
  if (/<th(?: [^>]*)?>[^<]/.test(table)) return table;
  return table.replace(/<thead>.*?<\/thead>/s, '').replace(/<tr>\s*<td>(.*?)<\/td>/gs, '<tr><th scope="row">$1</th>');
}
