import { parseAddress, parseImageAddress } from './address.ts';
import { foldEmphasis, type Run } from './emphasis.ts';
import { type Address, type Node, type ParseContext, toPlainText } from './tree.ts';

/** A bare address: a link, unless a bracket before it becomes one. */
interface Bare {
  readonly kind: 'bare';
  readonly raw: string;
  readonly address: Address;
}

interface Scan {
  readonly source: string;
  readonly origin: string;
  /** More text may follow: nothing that more text could undo may become a link. */
  readonly isOpen: boolean;
  at: number;
  readonly items: (Node | Run | Bare)[];
  readonly brackets: { readonly index: number; readonly from: number; readonly isImage: boolean }[];
  mayLink: boolean;
  /** Runs of backticks that nothing closes any more. */
  readonly unclosed: Set<string>;
}

/**
 * In this order: escape, hard break, backticks, run of marks, bracket, `<address>`, bare address, entity. An angled
 * address has the characters of a bare one only: nothing that could have become a link of its own before the `>` came.
 */
const TOKEN =
  /\\([!-/:-@[-`{-~])|(\\\n|(?<= {2})\n)|(`+)|(\*+|_+|~+)|(!?\[|\])|<([!#-)+-;=?@A-Z_a-z~\p{L}\p{N}]{1,2048})>|(?<![^\s(*_~[|>"'])(https?:\/\/[!#-)+-;=?@A-Z_a-z~\p{L}\p{N}]+)|&(amp|lt|gt|quot|nbsp|#39);/gu;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0', '#39': "'" };
const MAX_RUN = 6;
/** Characters looked at behind `](`. */
const MAX_TARGET = 2600;
/** `(address "title")`, whole, with parentheses three deep; and as much of it as may still become whole. CommonMark §6.3. */
const TARGET = /^\(\s*(?:<([^<>\n]*)>|(?!<)((?:[^\s()]|\((?:[^\s()]|\((?:[^\s()]|\([^\s()]*\))*\))*\))*))(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/;
const PENDING = /^\(\s*(?:<[^<>\n]*>?|[^\s<]\S*)?(?:\s+(?:"[^"]*"?|'[^']*'?)?)?\s*$/;

/**
 * Parses running text: emphasis, strike, code, links, images, hard breaks. Raw HTML is text. Linear in time.
 * With `isOpen` a link appears only when no further text can take it back.
 * Source: CommonMark §6 and GFM autolinks, without reference links.
 */
export function parseInline(source: string, context: ParseContext, isOpen: boolean): readonly Node[] {
  const scan: Scan = { source, origin: context.origin, isOpen, at: 0, items: [], brackets: [], mayLink: true, unclosed: new Set() };
  context.steps += source.length;
  for (;;) {
    TOKEN.lastIndex = scan.at;
    const token = TOKEN.exec(source);
    scan.items.push(source.slice(scan.at, token?.index));
    if (!token) break;
    scan.at = TOKEN.lastIndex;
    take(scan, token);
  }
  const firstOpen = isOpen ? scan.brackets[0]?.index : undefined;
  return fold(scan.items, (index) => firstOpen !== undefined && index > firstOpen);
}

function take(scan: Scan, token: RegExpExecArray): void {
  const [whole, escaped, hardBreak, ticks, marks, bracket, angled, bare, entity] = token;
  if (hardBreak) scan.items.push({ kind: 'br' });
  else if (ticks) takeCode(scan, ticks);
  else if (marks) takeMarks(scan, marks);
  else if (bracket === ']') closeBracket(scan);
  else if (angled) takeAngled(scan, angled);
  else if (bare) takeBare(scan, bare);
  else {
    if (bracket) scan.brackets.push({ index: scan.items.length, from: scan.at, isImage: bracket !== '[' });
    scan.items.push(escaped ?? ENTITIES[entity ?? ''] ?? whole);
  }
}

function takeCode(scan: Scan, ticks: string): void {
  const closing = new RegExp(`(?<!\`)${ticks}(?!\`)`, 'g');
  closing.lastIndex = scan.at;
  const match = scan.unclosed.has(ticks) ? null : closing.exec(scan.source);
  if (match) {
    const text = scan.source.slice(scan.at, match.index).replaceAll('\n', ' ');
    const isPadded = text.startsWith(' ') && text.endsWith(' ') && text.trim();
    scan.items.push({ kind: 'code', text: isPadded ? text.slice(1, -1) : text });
    scan.at = closing.lastIndex;
  } else {
    scan.unclosed.add(ticks);
    if (scan.isOpen) scan.mayLink = false;
    scan.items.push(ticks);
  }
}

function takeMarks(scan: Scan, marks: string): void {
  const mark = marks.charAt(0);
  const before = weigh(scan.source[scan.at - marks.length - 1]);
  const after = weigh(scan.source[scan.at]);
  const isSound = mark === '~' ? marks.length === 2 : marks.length <= MAX_RUN;
  const inWord = mark === '_' ? 0 : 1;
  scan.items.push({
    kind: 'run',
    mark,
    count: marks.length,
    mayOpen: isSound && after < (before > 0 ? 2 : inWord),
    mayClose: isSound && before < (after > 0 ? 2 : inWord),
  });
}

/** 2: a space or the end of the text, 1: punctuation, 0: part of a word. */
function weigh(character = ' '): number {
  return /\s/.test(character) ? 2 : /[\p{P}\p{S}]/u.test(character) ? 1 : 0;
}

function closeBracket(scan: Scan): void {
  const { source, at, isOpen, brackets, items } = scan;
  const opener = brackets.at(-1);
  const rest = source.slice(at, at + MAX_TARGET);
  const target = opener && TARGET.exec(rest);
  // An open line with a bar may turn out to be the head of a table, which would cut this link in two.
  const isCut = target && source.slice(opener.from, at + target[0].length).includes('|');
  const isPending = !target && at + MAX_TARGET > source.length && (rest === '' || PENDING.test(rest));
  if (!opener || (isOpen && (isCut || isPending))) {
    if (opener) scan.mayLink = false;
    items.push(']');
    if (opener && isPending && rest) {
      // An address on its way would flash by as raw text; the words of the link stand alone until it has come.
      items[opener.index] = items[items.length - 1] = '';
      scan.at = source.length;
    }
    return;
  }
  brackets.pop();
  const node = target && scan.mayLink && build(scan, opener, target[1] ?? target[2] ?? '');
  if (!node) return void items.push(']');
  items.length = opener.index;
  items.push(node);
  scan.at += target[0].length;
  if (node.kind === 'a') brackets.length = 0;
}

/** The address is judged before the text is folded: a refused one costs no more than its own length. */
function build({ items, origin }: Scan, { index, isImage }: Scan['brackets'][number], raw: string) {
  const src = isImage ? parseImageAddress(raw) : null;
  const address = isImage ? null : parseAddress(raw, origin);
  if (!src && !address) return null;
  const children = fold(items.slice(index + 1), () => true);
  if (address) return { kind: 'a', address, children } as const;
  return src && ({ kind: 'img', src, alt: children.map(toPlainText).join('') } as const);
}

/** `isText`: a bare address at that place is no link. */
function fold(items: Scan['items'], isText: (index: number) => boolean): readonly Node[] {
  return foldEmphasis(
    items.map((item, index) => {
      if (typeof item === 'string' || item.kind !== 'bare') return item;
      return isText(index) ? item.raw : { kind: 'a', address: item.address, children: [item.raw] };
    }),
  );
}

function takeAngled(scan: Scan, raw: string): void {
  const address = scan.mayLink && parseAddress(/^[^:/@]+@[^:/@]+$/.test(raw) ? `mailto:${raw}` : raw, '');
  if (!address) {
    scan.at -= raw.length + 1;
    return void scan.items.push('<');
  }
  // The angle brackets bind tighter than square ones: an outer link can no longer close around this one.
  scan.brackets.length = 0;
  scan.items.push({ kind: 'a', address, children: [raw] });
}

/** Sentence marks at the end, and a closing parenthesis that opened outside, are not part of an address (GFM §6.9). */
function takeBare(scan: Scan, whole: string): void {
  let end = whole.length;
  let surplus = whole.split(')').length - whole.split('(').length;
  while (/[!'(),.:;?_~]/.test(whole.charAt(end - 1)) && (whole[end - 1] !== ')' || surplus-- > 0)) end -= 1;
  const raw = whole.slice(0, end);
  const mayGrow = scan.isOpen && scan.at === scan.source.length;
  const address = !mayGrow && scan.mayLink && parseAddress(raw, '');
  scan.at += end - whole.length;
  scan.items.push(address ? { kind: 'bare', raw, address } : raw);
}
