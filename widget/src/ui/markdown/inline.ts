import { type Drawn, draw, h } from '../dom.ts';
import { closeLink, openLink } from './address.ts';
import { drawImage, type DrawOptions } from './image.ts';

/** Something that has begun: a mark of emphasis, or `[` or `![`, and what has been drawn behind it. */
interface Frame {
  readonly mark: string;
  readonly children: Drawn[];
}

/** A text on its way into nodes. */
interface Scan {
  readonly source: string;
  /** More text may follow: nothing that more text could undo may become a link. */
  readonly isOpen: boolean;
  /** Up to here, an address cannot grow any more. */
  readonly sure: number;
  readonly frames: Frame[];
  at: number;
  mayLink: boolean;
}

/**
 * In this order: escape, hard break, backticks with the code up to the next such run, run of marks, bracket, `]` with
 * `(address "title")` as far as it has come, parentheses two deep, `<address>`, bare address, entity. Sentence marks
 * at the end are not part of a bare address (GFM §6.9).
 */
const TOKEN =
  /\\([!-/:-@[-`{-~])|(\\\n|(?<= {2})\n)|(`+)(?:([^]*?[^`])\3(?!`))?|(\*+|_+|~+)|(!?\[)|\](?:\((?:<([^\s<>]*)(?:>|$)|((?:[^\s()]|\([^\s()]*(?:\)|$))*))(?:\s+(?:"[^"]*(?:"|$)|'[^']*(?:'|$)))?\s*(\)|$))?|<([^\s<>[|]+)>|(?<![^\s(*_~[|>"'])(https?:\/\/(?:[!#-'+-;=?@A-Z_a-z~\p{L}\p{N}]|\([!#-'+-;=?@A-Z_a-z~\p{L}\p{N}]*\))+(?<![!',.:;?_~]))|&(amp|lt|gt|quot|nbsp|#39);/gu;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0', '#39': "'" };
/** Deeper nesting than anybody writes is shown as it stands. */
const MAX_DEPTH = 12;

/**
 * Draws running text: emphasis, strike, code, links, images, hard breaks. Raw HTML is text. Linear in time: what has
 * begun is closed or given up in one pass, and at most 12 deep.
 * With `isOpen` a link appears only when no further text can take it back.
 * Source: CommonMark §6 and GFM autolinks, without reference links; emphasis without its rule of three.
 */
export function drawInline(source: string, isOpen: boolean, options: DrawOptions): readonly Drawn[] {
  const sure = isOpen ? Math.max(source.lastIndexOf(' '), source.lastIndexOf('\n')) : source.length;
  const children: Drawn[] = [];
  const scan: Scan = { source, isOpen, sure, frames: [{ mark: '', children }], at: 0, mayLink: true };
  for (;;) {
    TOKEN.lastIndex = scan.at;
    const token = TOKEN.exec(source);
    put(scan, source.slice(scan.at, token?.index));
    scan.at = token ? TOKEN.lastIndex : source.length;
    if (!token) break;
    take(scan, token, options);
  }
  giveUp(scan, 1);
  return children;
}

function take(scan: Scan, token: RegExpExecArray, options: DrawOptions): void {
  const [whole, escaped, hardBreak, ticks, code, marks, bracket, , , , angled, bare, entity] = token;
  if (hardBreak) put(scan, h('br'));
  else if (code) put(scan, h('code', null, code.trim()));
  else if (ticks) {
    if (scan.isOpen) scan.mayLink = false;
    put(scan, ticks);
  } else if (marks) takeMarks(scan, marks);
  else if (bracket) begin(scan, bracket);
  else if (whole.startsWith(']')) closeBracket(scan, token, options);
  else if (angled) takeAddress(scan, angled, '<');
  else if (bare) takeAddress(scan, bare, '');
  else put(scan, escaped ?? ENTITIES[entity ?? ''] ?? whole);
}

/** Texts side by side become one. */
function put({ frames }: Scan, child: Drawn): void {
  const children = frames.at(-1)?.children ?? [];
  const last = children.at(-1);
  if (typeof child === 'string' && typeof last === 'string') children[children.length - 1] = last + child;
  else children.push(child);
}

function begin(scan: Scan, mark: string): void {
  if (scan.frames.length > MAX_DEPTH) giveUp(scan, 1);
  scan.frames.push({ mark, children: [] });
}

/** What has begun from `depth` on turns out to be text; at the end of an open text a bracket may still become a link. */
function giveUp(scan: Scan, depth: number): void {
  let mayBeLink = false;
  for (const { mark, children } of scan.frames.splice(depth)) {
    mayBeLink ||= isPending(scan) && isBracket({ mark });
    put(scan, mark);
    for (const child of mayBeLink ? Array.from(unlink(children).childNodes) : children) put(scan, child);
  }
}

const isBracket = ({ mark }: Pick<Frame, 'mark'>): boolean => mark.endsWith('[');
const isPending = ({ isOpen, at, source, mayLink }: Scan): boolean => !mayLink || (isOpen && at === source.length);

/** Inside a link, links are their words and a picture that was not asked for is its alternative text. */
function unlink(children: readonly Drawn[]): DocumentFragment {
  const words = new DocumentFragment();
  draw(words, children);
  for (const inner of words.querySelectorAll<HTMLElement>('a,button')) inner.replaceWith(inner.title || inner.textContent);
  return words;
}

function takeMarks(scan: Scan, marks: string): void {
  const { source, at, frames } = scan;
  const mark = marks.charAt(0);
  let count = marks.length;
  const before = weigh(source[at - count - 1]);
  const after = weigh(source[at]);
  const isSound = mark === '~' ? count === 2 : count < 4;
  const inWord = mark === '_' ? 0 : 1;
  const mayClose = isSound && before < (after > 0 ? 2 : inWord);
  const mayOpen = isSound && after < (before > 0 ? 2 : inWord);
  for (;;) {
    const index = frames.findLastIndex((frame) => mayClose && frame.mark.startsWith(mark) && frame.mark.length <= count);
    const used = frames[index];
    if (!used) break;
    giveUp(scan, index + 1);
    frames.pop();
    count -= used.mark.length;
    put(scan, h(mark === '~' ? 's' : used.mark === mark ? 'em' : 'strong', null, used.children));
  }
  if (!mayOpen) return put(scan, mark.repeat(count));
  if (count % 2) begin(scan, mark);
  if (count > 1) begin(scan, mark + mark);
}

/** 2: a space or the end of the text, 1: punctuation, 0: part of a word. */
function weigh(character = ' '): number {
  return /\s/.test(character) ? 2 : /[\p{P}\p{S}]/u.test(character) ? 1 : 0;
}

function closeBracket(scan: Scan, token: RegExpExecArray, options: DrawOptions): void {
  const { frames, isOpen } = scan;
  const [whole, , , , , , , inAngles, plain, end] = token;
  const index = frames.findLastIndex(isBracket);
  const frame = frames[index];
  if (frame) {
    const { mark, children } = frame;
    giveUp(scan, index + 1);
    frames.pop();
    // An open line with a bar may turn out to be the head of a table, which would cut this link in two.
    if (end && isOpen && (h('p', null, children).textContent + whole).includes('|')) scan.mayLink = false;
    const link = end && scan.mayLink ? openLink(inAngles ?? plain ?? '', options.origin) : null;
    if (link && (mark === '[' || (link.target && link.host))) {
      const words = unlink(children);
      return put(scan, mark === '[' ? closeLink(link, words) : drawImage(link, words.textContent, options));
    }
    const mayBeLink = !(end && scan.mayLink) && isPending(scan);
    // An address on its way would flash by as raw text; the words of the link stand alone until it has come.
    const isOnItsWay = mayBeLink && !end && whole !== ']';
    if (!isOnItsWay) put(scan, mark);
    for (const child of mayBeLink ? Array.from(unlink(children).childNodes) : children) put(scan, child);
    if (isOnItsWay) return;
  }
  scan.at = token.index + 1;
  put(scan, ']');
}

function takeAddress(scan: Scan, raw: string, before: string): void {
  const mayGrow = !before && scan.at > scan.sure;
  const link = mayGrow || !scan.mayLink ? null : openLink(/^[^:/]+@/.test(raw) ? `mailto:${raw}` : raw, '');
  if (link) put(scan, closeLink(link, raw));
  else put(scan, before || raw);
  if (!link && before) scan.at -= raw.length + 1;
}
