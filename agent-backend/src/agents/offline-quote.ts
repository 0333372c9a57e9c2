import { splitSentences } from './offline-statements.ts';
import { plain } from './pages/markdown-passages.ts';
import type { Passage } from './pages/page-index.ts';
import { keyWords, splitWords, stem } from './pages/words.ts';

const WHOLE_CHARACTERS = 420;
const MAX_BLOCKS = 3;
const MAX_ITEMS = 8;
const MAX_ROWS = 10;

/** What the passages say about the question, in their own words, with links to their pages. Markdown. */
export function quotePassages(question: string, passages: readonly Passage[]): string {
  const [best, ...others] = passages;
  if (best === undefined) return '';
  const asked = new Set(keyWords(question).map(stem));
  const quoted = addCompanion(best, others, asked);
  const heading = quoted.findLast((passage) => passage.headings.length > 0)?.headings.at(-1);
  const source = `From ${link(best)}${heading === undefined ? '' : `, “${heading}”`}.`;
  // A table or a list alone does not say what it is about.
  const about = isStructured(quoted[0]?.text) ? `**${[best.page, ...best.headings.slice(-1)].join(': ')}**\n\n` : '';
  const further = new Map(others.filter((other) => other.url !== best.url).map((other) => [other.url, link(other)]));
  const see = further.size === 0 ? '' : ` See also ${[...further.values()].slice(0, 2).join(' and ')}.`;
  return `${about}${quoted.map((passage) => quotePassage(passage, asked)).join('\n\n')}\n\n${source}${see}`;
}

/** A page's opening words and the section that answers belong together, where both speak of the question. */
function addCompanion(best: Passage, others: readonly Passage[], asked: ReadonlySet<string>): readonly Passage[] {
  const isOpening = best.headings.length === 0;
  const companion = others.find(
    (other) =>
      other.url === best.url &&
      (other.headings.length === 0) !== isOpening &&
      countFound(other, asked) >= Math.max(1, countFound(best, asked)),
  );
  if (companion === undefined) return [best];
  return isOpening ? [best, companion] : [companion, best];
}

function countFound(passage: Passage, asked: ReadonlySet<string>): number {
  return Math.floor(rate([passage.page, ...passage.headings, passage.text].join(' '), asked));
}

function link(passage: Passage): string {
  return `[${passage.page.replace(/[[\]\\]/g, '\\$&')}](${passage.url})`;
}

/** A short passage whole; of a long one the blocks that speak of the question, in the order of the page. */
function quotePassage(passage: Passage, asked: ReadonlySet<string>): string {
  const blocks = splitBlocks(passage.text);
  if (passage.text.length <= WHOLE_CHARACTERS) return blocks.join('\n\n');
  const rated = blocks.map((block, place) => ({ block, place, rate: rate(block, asked) }));
  const good = rated.filter(({ rate }) => rate > 0).sort((a, b) => b.rate - a.rate || a.place - b.place);
  const picked = (good.length > 0 ? good : rated).slice(0, MAX_BLOCKS).map(({ place }) => place);
  return withIntroductions(picked, blocks)
    .sort((a, b) => a - b)
    .map((place) => shorten(blocks[place] ?? '', asked))
    .join('\n\n');
}

/** A list or table is not understood without the line that introduces it, nor that line without them. */
function withIntroductions(places: readonly number[], blocks: readonly string[]): number[] {
  const all = new Set(places);
  for (const place of places) {
    if (isStructured(blocks[place]) && isIntroduction(blocks[place - 1])) all.add(place - 1);
    if (isIntroduction(blocks[place]) && isStructured(blocks[place + 1])) all.add(place + 1);
  }
  return [...all];
}

function splitBlocks(text: string): string[] {
  const blocks: string[] = [];
  for (const part of text.split(/\n{2,}/)) {
    const last = blocks.at(-1);
    // A loose list or a fenced block goes on over blank lines.
    const goesOn = last !== undefined && ((isList(last) && (isList(part) || /^\s/.test(part))) || isOpenFence(last));
    if (goesOn) blocks[blocks.length - 1] = `${last}${isOpenFence(last) ? '\n\n' : '\n'}${part}`;
    else if (part.trim() !== '') blocks.push(part.replace(/^\n+|\s+$/g, ''));
  }
  return blocks;
}

function shorten(block: string, asked: ReadonlySet<string>): string {
  const lines = block.split('\n');
  if (isTable(block)) return keepLines(lines, { head: 2, most: MAX_ROWS, asked });
  if (isList(block)) return keepLines(lines, { head: 0, most: MAX_ITEMS, asked });
  if (isStructured(block) || block.length <= WHOLE_CHARACTERS) return block;
  const sentences = splitSentences(block.replaceAll('\n', ' '));
  const rates = sentences.map((sentence) => rate(sentence, asked));
  const most = Math.max(...rates);
  const at = rates.indexOf(most);
  return sentences.filter((_, place) => place === at || place === at + 1 || (rates[place] ?? 0) >= most).join(' ');
}

function keepLines(lines: readonly string[], how: { head: number; most: number; asked: ReadonlySet<string> }): string {
  const body = lines.slice(how.head);
  if (body.length <= how.most) return lines.join('\n');
  const near = body.filter((line) => rate(line, how.asked) > 0);
  return [...lines.slice(0, how.head), ...(near.length > 0 ? near : body).slice(0, how.most)].join('\n');
}

/** How much a text speaks of the question: its different words first, and rather in a short text than in a long one. */
function rate(text: string, asked: ReadonlySet<string>): number {
  const words = new Set(splitWords(plain(text)).map(stem));
  const found = [...asked].filter(
    (word) => words.has(word) || (word.length > 4 && [...words].some((other) => other.startsWith(word))),
  ).length;
  return found === 0 ? 0 : found + 1 / (1 + words.size);
}

function isTable(block: string | undefined): boolean {
  return block !== undefined && /^\s*\|.*\|\s*\n\s*\|[\s:|-]+\|/.test(block);
}

function isList(block: string | undefined): boolean {
  return block !== undefined && /^\s*(?:[-*+]|\d+[.)])\s/.test(block);
}

function isStructured(block: string | undefined): boolean {
  return isTable(block) || isList(block) || /^\s*(?:```|~~~|>)/.test(block ?? '');
}

function isIntroduction(block: string | undefined): boolean {
  return block !== undefined && !isStructured(block) && block.trimEnd().endsWith(':');
}

function isOpenFence(block: string): boolean {
  return (block.match(/^\s*(?:```|~~~)/gm) ?? []).length % 2 === 1;
}
