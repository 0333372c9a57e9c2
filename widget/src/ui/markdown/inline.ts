import { type Drawn, draw, h } from '../dom.ts';
import { closeLink, openLink } from './address.ts';
import { drawImage, type DrawOptions } from './image.ts';

/**
 * In this order: escape, hard break, code, doubled and single mark of emphasis with what it holds, `[words](address "title")`,
 * `<address>` and bare address (GFM §6.9: sentence marks at its end are not part of it), and last what has begun but not ended.
 * What can hold other tokens is 300 characters long at most: that bounds the search for its end.
 */
const TOKEN =
  /\\[^\p{L}\p{N}\s]|(\\\n|(?<= {2})\n)|(`+)(?!`)([^]*?[^`])\2(?!`)|(?<!\w(?=_))(?:([*_~])\4(?=\S)([^]{1,300}?)(?<=\S)\4\4(?!\4)|([*_])(?!\s|\6)((?:\6\6|(?!\6)[^]){1,300}?)(?<=\S)\6(?!\6))(?!(?<=_)\w)|!?\[((?:[^[\]]|\[[^[\]]*\])*)\]\(\s*<?((?:[^\s()<>]|\([^\s()]*\))*)>?(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)|<(https?:[^\s<>|[]+)>|(?<![\w<])(https?:\/\/(?:[!#-'+-;=?@_~\p{L}\p{N}]|\([!#-'+-;=?@_~\p{L}\p{N}]*\))+(?<![!',.:;?_~]))|`+|\[/gu;
/** Behind a backslash a mark stands for itself. */
const ESCAPE = /\\([^\p{L}\p{N}\s])/gu;
/** A link on its way, of which the words alone are shown: its address would flash by as raw text. */
const HALF_LINK = /!?\[([^[\]]*)\]\([^\s)[]*$/;

/**
 * Draws running text: emphasis, strike, code, links, images, hard breaks. Raw HTML is text. Linear in time.
 * While `isOpen`, a link appears only when no further text can take it back; without `mayLink`, as its words.
 * Source: CommonMark §6 and GFM autolinks, read from left to right; without reference links and entities.
 */
export function drawInline(source: string, options: DrawOptions): Drawn[] {
  const { isOpen, origin } = options;
  const half = isOpen ? HALF_LINK.exec(source) : null;
  const text = half ? source.slice(0, half.index) + half[1] : source;
  /** What ends before it can neither grow nor be undone. */
  const sure = text.lastIndexOf(' ');
  const nodes: Drawn[] = [];
  let { mayLink } = options;
  let at = 0;
  const plain = (end?: number): string => text.slice(at, end).replace(ESCAPE, '$1');
  for (const token of text.matchAll(TOKEN)) {
    const [whole, hardBreak, , code, mark, doubled, , single, label = '', raw, angled, bare] = token;
    const end = token.index + whole.length;
    // An end that has not come may still come; an open line with a bar may turn out to be the head of a table; and the words
    // of a link on its way have lost the bracket that parted them from what is before.
    if (isOpen && (/^(`+|\[)$|\|/.test(whole) || (half && end > half.index))) mayLink = false;
    const mayGrow = isOpen && end > sure;
    const isImage = whole[0] === '!';
    const link = isImage && !/^http/i.test(raw ?? '') ? null : openLink(raw ?? angled ?? bare ?? '', origin);
    const held = doubled ?? single;
    const inside = (part: string): Drawn[] =>
      drawInline(part, { ...options, isOpen: mayGrow, mayLink: mayLink && !link && !(held && mayGrow) });
    const drawLink = (): Drawn => {
      const start = isImage ? 2 : 1;
      if (!link) return raw === undefined ? null : [whole.slice(0, start), inside(label), whole.slice(start + label.length)];
      if (bare && mayGrow) return null;
      draw(link, raw ? inside(label) : [angled ?? bare]);
      if (mayLink) return isImage ? drawImage(link, options) : closeLink(link);
      return raw && Array.from(link.childNodes);
    };
    const node = hardBreak
      ? h('br')
      : code
        ? h('code', null, code.trim())
        : held
          ? h(single ? 'em' : mark === '~' ? 's' : 'strong', null, inside(held))
          : drawLink();
    if (!node) continue;
    nodes.push(plain(token.index), node);
    at = end;
  }
  return [...nodes, plain()];
}
