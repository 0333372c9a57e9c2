import { h } from '../dom.ts';
import { closeLink, openLink } from './address.ts';
import { drawImage, type DrawOptions } from './image.ts';

/**
 * In this order: escape, hard break, code, doubled and single mark of emphasis with what it holds, `[words](address "title")`,
 * `<address>` and bare address (GFM §6.9: sentence marks at its end are not part of it), and last what has begun but not ended.
 * What can hold other tokens is 999 characters long at most: that bounds the search for its end.
 */
const TOKEN =
  /\\([!-/:-@[-`{-~])|(\\\n|(?<= {2})\n)|(?<!`)(`+)(?!`)([^]*?[^`])\3(?!`)|(?<!\w(?=_))(?:([*_~])\5(?=\S)([^]{1,999}?)(?<=\S)\5\5(?!\5)|([*_])(?!\s|\7)((?:\7\7|(?!\7)[^]){1,999}?)(?<=\S)\7(?!\7))(?!(?<=_)\w)|(!?\[)((?:[^[\]]|\[[^[\]]*\])*)\]\(\s*<?((?:[^\s()<>]|\([^\s()]*\))*)>?(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)|<(https?:[^\s<>|]+)>|(?<![^\s(*_~[|>"'])(https?:\/\/(?:[!#-'+-;=?@A-Z_a-z~\p{L}\p{N}]|\([!#-'+-;=?@A-Z_a-z~\p{L}\p{N}]*\))+(?<![!',.:;?_~]))|`+|\[/gu;
/** A link on its way, of which the words alone are shown: its address would flash by as raw text. */
const HALF_LINK = /!?\[([^[\]]*)\]\([^\s)[]*$/;

/**
 * Draws running text: emphasis, strike, code, links, images, hard breaks. Raw HTML is text. Linear in time.
 * While `isOpen`, a link appears only when no further text can take it back; without `mayLink`, as its words.
 * Source: CommonMark §6 and GFM autolinks, read from left to right; without reference links and entities.
 */
export function drawInline(source: string, options: DrawOptions): (Node | string)[] {
  const { isOpen, origin } = options;
  const text = isOpen ? source.replace(HALF_LINK, '$1') : source;
  const nodes: (Node | string)[] = [];
  let { mayLink } = options;
  let at = 0;
  for (const token of text.matchAll(TOKEN)) {
    const [whole, escaped, hardBreak, , code, mark, doubled, , single, bracket = '', label, raw = '', angled, bare = angled] = token;
    nodes.push(text.slice(at, token.index));
    at = token.index + whole.length;
    // An end that has not come may still come; and an open line with a bar may turn out to be the head of a table.
    if (isOpen && /^(`+|\[)$|\|/.test(whole)) mayLink = false;
    const inside = (part: string, mayLinkInside = mayLink): (Node | string)[] =>
      drawInline(part, { ...options, isOpen: isOpen && at === text.length, mayLink: mayLinkInside });
    if (hardBreak) nodes.push(h('br'));
    else if (code) nodes.push(h('code', null, code.trim()));
    else if (doubled) nodes.push(h(mark === '~' ? 's' : 'strong', null, inside(doubled)));
    else if (single) nodes.push(h('em', null, inside(single)));
    else if (label !== undefined) {
      const isImage = bracket !== '[';
      const link = openLink(raw, origin);
      if (!link || (isImage && !(link.target && link.host)))
        nodes.push(bracket, ...inside(label), whole.slice(bracket.length + label.length));
      else if (!mayLink) nodes.push(...inside(label));
      else {
        link.append(...inside(label, false));
        nodes.push(isImage ? drawImage(link, options) : closeLink(link));
      }
    } else {
      // More text may make a bare address longer.
      const link = bare && mayLink && (angled || !isOpen || at <= text.lastIndexOf(' ')) ? openLink(bare, '') : null;
      link?.append(bare ?? '');
      nodes.push(link ? closeLink(link) : (escaped ?? whole));
    }
  }
  return [...nodes, text.slice(at)];
}
