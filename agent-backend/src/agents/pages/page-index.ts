import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import MiniSearch from 'minisearch';
import { AgentError } from '../agent.ts';
import { type MarkdownPage, type Passage, plain, readMarkdownPage } from './markdown-passages.ts';
import { findWanted } from './wanted.ts';
import { isStopWord, keyWords, splitWords, stem } from './words.ts';

export type { Passage } from './markdown-passages.ts';

const MAX_PAGE_BYTES = 1_048_576;
/** Of the words a question is about, the share that a passage must hold. */
const LEAST_COVER = 0.34;

/** What kind of answer a question wants: a passage that holds one goes first. */
const WANTED = [
  { question: /\bhow much\b|\bprices?\b|\bcosts?\b|\bfees?\b/i, answer: /[£€$]\s?\d|\d\s?(?:€|£|eur|usd|gbp)\b/i },
  { question: /\b(?:tele)?phone\b|\bcall you\b/i, answer: /\+?\d[\d ()/-]{6,}\d/ },
  { question: /\be-?mail\b/i, answer: /\S@\S/ },
] as const;

/** The site's pages, to be searched. */
export interface PageIndex {
  /** The passages nearest to the question, best first; none where the pages do not cover it. */
  search(query: string, limit: number): Promise<readonly Passage[]>;
  /** The pages' titles and addresses, in the order of their file names. */
  topics(): Promise<readonly { readonly title: string; readonly url: string }[]>;
}

interface Loaded {
  readonly stamp: string;
  readonly pages: readonly MarkdownPage[];
  readonly passages: readonly Passage[];
  readonly words: MiniSearch<IndexedPassage>;
}

interface IndexedPassage {
  readonly id: number;
  readonly title: string;
  readonly heading: string;
  /** Its words count: a page at /shipping is about shipping, whatever its title. */
  readonly address: string;
  readonly summary: string;
  readonly text: string;
}

/**
 * Opens a folder of Markdown pages (`*.md`, at most 1 MiB each, not its subfolders). The folder is looked at before
 * every search: a page that was dropped in, changed or removed counts at once. A folder that is not there has no pages;
 * one that cannot be read throws `AgentError` `agent_failed`.
 */
export function loadPages(folder: string): PageIndex {
  let loading: Promise<Loaded> | undefined;
  async function fresh(): Promise<Loaded> {
    const files = await listFiles(folder);
    const stamp = JSON.stringify(files);
    const current = await loading?.catch(() => undefined);
    if (current?.stamp !== stamp) loading = load(folder, files);
    return loading ?? load(folder, files);
  }
  return {
    search: async (query, limit) => searchPassages(await fresh(), query, limit),
    topics: async () => (await fresh()).pages.map(({ title, url }) => ({ title, url })),
  };
}

interface PageFile {
  readonly name: string;
  readonly changedAt: number;
  readonly size: number;
}

async function listFiles(folder: string): Promise<readonly PageFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new AgentError('agent_failed', `The folder of pages cannot be read (${error.code ?? error.name}).`);
  });
  const markdown = names.filter((name) => name.endsWith('.md') && !name.startsWith('.')).sort();
  const files = await Promise.all(
    markdown.map(async (name) => {
      // A file may go between the listing and this look at it.
      const info = await stat(join(folder, name)).catch(() => undefined);
      return info?.isFile() && info.size <= MAX_PAGE_BYTES ? [{ name, changedAt: info.mtimeMs, size: info.size }] : [];
    }),
  );
  return files.flat();
}

async function load(folder: string, files: readonly PageFile[]): Promise<Loaded> {
  const pages = await Promise.all(
    files.map(async ({ name }) => readMarkdownPage(name, await readFile(join(folder, name), 'utf8').catch(() => ''))),
  );
  const passages = pages.flatMap((page) => page.passages);
  const summaries = pages.flatMap((page) => page.passages.map(() => page.summary));
  const words = new MiniSearch<IndexedPassage>({
    fields: ['title', 'heading', 'address', 'summary', 'text'],
    tokenize: splitWords,
    processTerm: (term) => (isStopWord(term) ? null : stem(term)),
  });
  words.addAll(
    passages.map((passage, id) => ({
      id,
      title: passage.page,
      heading: passage.headings.join(' '),
      address: passage.url,
      summary: summaries[id] ?? '',
      text: plain(passage.text),
    })),
  );
  return { stamp: JSON.stringify(files), pages, passages, words };
}

function searchPassages(loaded: Loaded, query: string, limit: number): readonly Passage[] {
  const named = findWanted(query, loaded.passages);
  if (named !== undefined) return named.slice(0, limit);
  const asked = new Set(keyWords(query).map(stem));
  if (asked.size === 0) return [];
  const wanted = WANTED.filter(({ question }) => question.test(query));
  const hits = loaded.words.search([...asked].join(' '), {
    tokenize: (text) => text.split(' '),
    processTerm: (term) => term,
    boost: { title: 1.7, heading: 1.8, summary: 0.7 },
    prefix: (term) => term.length > 3,
    fuzzy: (term) => (term.length > 7 ? 2 : term.length > 4 ? 1 : false),
    boostDocument: (id: number) => (wanted.some(({ answer }) => answer.test(loaded.passages[id]?.text ?? '')) ? 3 : 1),
    weights: { prefix: 0.6, fuzzy: 0.35 },
  });
  const best = hits[0]?.score ?? 0;
  return hits
    .filter((hit) => hit.queryTerms.length / asked.size >= LEAST_COVER && hit.score >= best * 0.3)
    .slice(0, limit)
    .flatMap((hit) => loaded.passages[hit.id as number] ?? []);
}
