import { type Drawn, draw, h } from '../dom.ts';
import { closeLink, openLink } from './address.ts';
import { drawImage, type DrawOptions } from './image.ts';

/**
 * In this order: escape, hard break, code, doubled and single mark of emphasis with what it holds, `[words](address "title")`,
 * `<address>` and bare address (GFM §6.9: sentence marks at its end are not part of it), and last what has begun but not ended.
 * What can hold other tokens is 300 characters long at most: that bounds the search for its end.
 */
const TOKEN =
  /\\([!-/:-@[-`{-~])|(\\\n|(?<= {2})\n)|(?<!`)(`+)(?!`)([^]*?[^`])\3(?!`)|(?<!\w(?=_))(?:([*_~])\5(?=\S)([^]{1,300}?)(?<=\S)\5\5(?!\5)|([*_])(?!\s|\7)((?:\7\7|(?!\7)[^]){1,300}?)(?<=\S)\7(?!\7))(?!(?<=_)\w)|(!?\[)((?:[^[\]]|\[[^[\]]*\])*)\]\(\s*<?((?:[^\s()<>]|\([^\s()]*\))*)>?(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)|<(https?:[^\s<>|]+)>|(?<![^\s(*_~[|>"'])(https?:\/\/(?:[!#-'+-;=?@A-Z_a-z~\p{L}\p{N}]|\([!#-'+-;=?@A-Z_a-z~\p{L}\p{N}]*\))+(?<![!',.:;?_~]))|`+|\[/gu;
/** A link on its way, of which the words alone are shown: its address would flash by as raw text. */
const HALF_LINK = /!?\[([^[\]]*)\]\([^\s)[]*$/;

/**
 * Draws running text: emphasis, strike, code, links, images, hard breaks. Raw HTML is text. Linear in time.
 * While `isOpen`, a link appears only when no further text can take it back; without `mayLink`, as its words.
 * Source: CommonMark §6 and GFM autolinks, read from left to right; without reference links and entities.
 */
export function drawInline(source: string, options: DrawOptions): Drawn[] {
  const { isOpen, origin } = options;
  const text = isOpen ? source.replace(HALF_LINK, '$1') : source;
  /** Up to here, a bare address cannot grow any more. */
  const sure = text.lastIndexOf(' ');
  const nodes: Drawn[] = [];
  let { mayLink } = options;
  let at = 0;
  /** What has been read since the last node. */
  let words = '';
  const put = (node: Drawn): void => {
    nodes.push(words, node);
    words = '';
  };
  for (const token of text.matchAll(TOKEN)) {
    const [whole, escaped, hardBreak, , code, mark, doubled, , single, bracket = '', label, raw = '', angled, bare = angled] = token;
    words += text.slice(at, token.index);
    at = token.index + whole.length;
    // An end that has not come may still come; and an open line with a bar may turn out to be the head of a table.
    if (isOpen && /^(`+|\[)$|\|/.test(whole)) mayLink = false;
    const inside = (part: string, mayLinkInside = mayLink): Drawn[] =>
      drawInline(part, { ...options, isOpen: isOpen && at === text.length, mayLink: mayLinkInside });
    if (hardBreak) put(h('br'));
    else if (code) put(h('code', null, code.trim()));
    else if (doubled) put(h(mark === '~' ? 's' : 'strong', null, inside(doubled)));
    else if (single) put(h('em', null, inside(single)));
    else if (label !== undefined) {
      const isImage = bracket !== '[';
      const link = openLink(raw, origin);
      if (!link || (isImage && !(link.target && link.host))) {
        words += bracket;
        put(inside(label));
        words = whole.slice(bracket.length + label.length);
      } else if (mayLink) {
        draw(link, inside(label, false));
        put(isImage ? drawImage(link, options) : closeLink(link));
      } else put(inside(label));
    } else {
      const link = bare && mayLink && (angled || !isOpen || at <= sure) ? openLink(bare, '') : null;
      link?.append(bare ?? '');
      if (link) put(closeLink(link));
      else words += escaped ?? whole;
    }
  }
  return [...nodes, words + text.slice(at)];
}
