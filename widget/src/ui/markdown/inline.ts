import { parseAddress, parseImageAddress } from './address.ts';
import { readDestination } from './destination.ts';
import { type Delimiter, foldEmphasis, type Item } from './emphasis.ts';
import type { Inline, ParseContext } from './tree.ts';

interface Scan {
  readonly source: string;
  readonly context: ParseContext;
  /** More text may follow: nothing that more text could undo may become a link. */
  readonly isOpen: boolean;
  at: number;
  items: Item[];
  brackets: { readonly index: number; readonly from: number; readonly isImage: boolean }[];
  /** Bare addresses inside brackets that may yet become one link. */
  held: { readonly index: number; readonly link: Inline }[];
  mayLink: boolean;
  /** Last place of a backtick run of each length. */
  runs: Map<number, number> | null;
}

const PLAIN = /[^\\`*_~[\]!<&\nh]+/y;
const BARE_ADDRESS = /https?:\/\/[!#$%&'()+,\-./0-9:;=?@A-Z_a-z~\p{L}\p{N}]+/uy;
/** The characters of a bare address only: nothing that could have become a link of its own before the `>` came. */
const ANGLED = /<([!#$%&'()+,\-./0-9:;=?@A-Z_a-z~\p{L}\p{N}]{1,2048})>/uy;
const ENTITY = /&(amp|lt|gt|quot|nbsp|#39);/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0', '#39': "'" };

/**
 * Parses running text: emphasis, strike, code, links, images, hard breaks. Raw HTML is text. Linear in time.
 * With `isOpen` a link appears only when no further text can take it back.
 * Source: CommonMark §6 and GFM autolinks, without reference links.
 */
export function parseInline(source: string, context: ParseContext, isOpen: boolean): Inline[] {
  const scan: Scan = { source, context, isOpen, at: 0, items: [], brackets: [], held: [], mayLink: true, runs: null };
  while (scan.at < source.length) {
    const before = scan.at;
    step(scan);
    context.steps += scan.at - before;
  }
  if (!isOpen) scan.brackets.length = 0;
  releaseHeld(scan);
  return foldEmphasis(scan.items);
}

function step(scan: Scan): void {
  const plain = matchAt(PLAIN, scan);
  if (plain) return take(scan, plain[0].length);
  const character = scan.source[scan.at] ?? '';
  switch (character) {
    case '\\':
      return takeEscape(scan);
    case '`':
      return takeCode(scan);
    case '*':
    case '_':
    case '~':
      return takeDelimiter(scan, character);
    case '[':
      return openBracket(scan, false);
    case '!':
      return scan.source[scan.at + 1] === '[' ? openBracket(scan, true) : take(scan, 1);
    case ']':
      return closeBracket(scan);
    case '<':
      return takeAngled(scan);
    case 'h':
      return takeBareAddress(scan);
    case '&': {
      const entity = matchAt(ENTITY, scan);
      return entity ? take(scan, entity[0].length, ENTITIES[String(entity[1])]) : take(scan, 1);
    }
    default:
      return takeNewline(scan);
  }
}

function matchAt(pattern: RegExp, scan: Scan): RegExpExecArray | null {
  pattern.lastIndex = scan.at;
  return pattern.exec(scan.source);
}

function take(scan: Scan, length: number, text = scan.source.slice(scan.at, scan.at + length)): void {
  scan.items.push({ kind: 'text', text });
  scan.at += length;
}

function takeNode(scan: Scan, length: number, node: Inline): void {
  scan.items.push(node);
  scan.at += length;
}

function takeEscape(scan: Scan): void {
  const next = scan.source[scan.at + 1] ?? '';
  if (next === '\n') return takeNode(scan, 2, { kind: 'break' });
  if (/[!-/:-@[-`{-~]/.test(next)) return take(scan, 2, next);
  take(scan, 1);
}

function takeNewline(scan: Scan): void {
  if (scan.source.endsWith('  ', scan.at)) takeNode(scan, 1, { kind: 'break' });
  else take(scan, 1);
}

function takeCode(scan: Scan): void {
  const length = runLength(scan, '`');
  scan.runs ??= lastRuns(scan);
  const body = scan.at + length;
  if ((scan.runs.get(length) ?? -1) < body) {
    if (scan.isOpen) scan.mayLink = false;
    return take(scan, length);
  }
  let end = body;
  for (;;) {
    end = scan.source.indexOf('`', end);
    let after = end;
    while (scan.source[after] === '`') after += 1;
    if (after - end === length) break;
    end = after;
  }
  const text = scan.source.slice(body, end).replaceAll('\n', ' ');
  const isPadded = text.startsWith(' ') && text.endsWith(' ') && text.trim() !== '';
  takeNode(scan, end + length - scan.at, { kind: 'code', text: isPadded ? text.slice(1, -1) : text });
}

function lastRuns(scan: Scan): Map<number, number> {
  const runs = new Map<number, number>();
  scan.context.steps += scan.source.length;
  for (const run of scan.source.matchAll(/`+/g)) runs.set(run[0].length, run.index);
  return runs;
}

function runLength(scan: Scan, mark: string): number {
  let end = scan.at;
  while (scan.source[end] === mark) end += 1;
  return end - scan.at;
}

function takeDelimiter(scan: Scan, mark: string): void {
  const count = runLength(scan, mark);
  const before = scan.source[scan.at - 1] ?? ' ';
  const after = scan.source[scan.at + count] ?? ' ';
  const isLeft = !isSpace(after) && (!isPunctuation(after) || isSpace(before) || isPunctuation(before));
  const isRight = !isSpace(before) && (!isPunctuation(before) || isSpace(after) || isPunctuation(after));
  const isWord = mark === '_';
  const run: Delimiter = {
    kind: 'delimiter',
    mark,
    count,
    mayOpen: isLeft && !(isWord && isRight && !isPunctuation(before)) && !(mark === '~' && count !== 2),
    mayClose: isRight && !(isWord && isLeft && !isPunctuation(after)) && !(mark === '~' && count !== 2),
  };
  scan.items.push(run);
  scan.at += count;
}

function isSpace(character: string): boolean {
  return /\s/.test(character);
}

function isPunctuation(character: string): boolean {
  return /[\p{P}\p{S}]/u.test(character);
}

function openBracket(scan: Scan, isImage: boolean): void {
  scan.brackets.push({ index: scan.items.length, from: scan.at, isImage });
  take(scan, isImage ? 2 : 1);
}

function closeBracket(scan: Scan): void {
  const opener = scan.brackets.at(-1);
  if (!opener) return take(scan, 1);
  const next = scan.source[scan.at + 1];
  const target = next === '(' ? readDestination(scan.source, scan.at + 1) : ({ kind: next === undefined ? 'pending' : 'none' } as const);
  // An open line with a bar may turn out to be the head of a table, which would cut this link in two.
  const isCut = scan.isOpen && target.kind === 'closed' && scan.source.slice(opener.from, target.end).includes('|');
  if (scan.isOpen && (target.kind === 'pending' || isCut)) {
    scan.mayLink = false;
    return isCut || next === undefined ? take(scan, 1) : hideTarget(scan, opener.index);
  }
  scan.brackets.pop();
  const node = target.kind === 'closed' && scan.mayLink ? build(scan, opener, target.raw) : null;
  if (target.kind !== 'closed' || !node) {
    take(scan, 1);
  } else {
    scan.items.length = opener.index;
    while ((scan.held.at(-1)?.index ?? -1) >= opener.index) scan.held.pop();
    takeNode(scan, target.end - scan.at, node);
    if (node.kind === 'link') scan.brackets.length = 0;
  }
  releaseHeld(scan);
}

/** An address on its way would flash by as raw text; the words of the link stand alone until it has come. */
function hideTarget(scan: Scan, opener: number): void {
  scan.items[opener] = { kind: 'text', text: '' };
  scan.at = scan.source.length;
}

/** The address is judged before the text is folded: a refused one costs no more than its own length. */
function build(scan: Scan, opener: Scan['brackets'][number], raw: string): Inline | null {
  const target = opener.isImage ? parseImageAddress(raw) : parseAddress(raw, scan.context.origin);
  if (!target) return null;
  const inner = foldEmphasis(scan.items.slice(opener.index + 1));
  return target instanceof URL
    ? { kind: 'image', src: target, alt: toPlainText(inner) }
    : { kind: 'link', address: target, children: inner };
}

/** Bare addresses outside any bracket become links; those before a bracket that failed, too. */
function releaseHeld(scan: Scan): void {
  if (scan.brackets.length > 0) return;
  for (const { index, link } of scan.held) scan.items[index] = link;
  scan.held.length = 0;
}

function takeAngled(scan: Scan): void {
  const match = matchAt(ANGLED, scan);
  const raw = match?.[1] ?? '';
  const isMail = /^[^:/@]+@[^:/@]+$/.test(raw);
  const address = match && scan.mayLink ? parseAddress(isMail ? `mailto:${raw}` : raw, '') : null;
  if (!match || !address) return take(scan, 1);
  // The angle brackets bind tighter than square ones: an outer link can no longer close around this one.
  scan.brackets.length = 0;
  releaseHeld(scan);
  takeNode(scan, match[0].length, { kind: 'link', address, children: [{ kind: 'text', text: raw }] });
}

function takeBareAddress(scan: Scan): void {
  const before = scan.source[scan.at - 1] ?? ' ';
  const match = /[\s(*_~[|>"']/.test(before) ? matchAt(BARE_ADDRESS, scan) : null;
  if (!match) return take(scan, 1);
  const raw = trimAddress(match[0]);
  const mayGrow = scan.isOpen && scan.at + match[0].length === scan.source.length;
  const address = mayGrow || !scan.mayLink ? null : parseAddress(raw, '');
  if (address) scan.held.push({ index: scan.items.length, link: { kind: 'link', address, children: [{ kind: 'text', text: raw }] } });
  take(scan, raw.length);
  releaseHeld(scan);
}

/** Sentence marks at the end, and a closing parenthesis that opened outside, are not part of an address (GFM §6.9). */
function trimAddress(raw: string): string {
  let end = raw.length;
  let surplus = 0;
  for (const character of raw) surplus += character === ')' ? 1 : character === '(' ? -1 : 0;
  for (; end > 0; end -= 1) {
    const character = raw[end - 1] ?? '';
    if (character === ')' && surplus > 0) surplus -= 1;
    else if (!/[!'(,.:;?_~]/.test(character)) break;
  }
  return raw.slice(0, end);
}

/** The words alone, for alternative text and announcements. */
export function toPlainText(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text' || node.kind === 'code') return node.text;
      if (node.kind === 'image') return node.alt;
      return node.kind === 'break' ? ' ' : toPlainText(node.children);
    })
    .join('');
}
