import { h } from '../dom.ts';

/**
 * `http`, `https`, `mailto` or `tel`, 2,048 characters at most, no userinfo; no whitespace, control, format or unassigned
 * character, and no backslash, which URL parsers read as a slash.
 */
const ALLOWED = /^(?=[^\s\p{C}\\]{1,2048}$)(?:https?:\/\/[^/?#@]+(?:[/?#]|$)|mailto:[^@?&%]+@[^@?&%]+(?:\?|$)|tel:\+?[\d().*#-]+$)/iu;

/** What a word may name: a host, a mailbox or a number, without scheme, `www.`, path and the marks around it. */
const NAMES = /(?:[a-z]+:\/*)?(?:www\.)?([+\p{L}\p{N}](?:[^\s/?#]*[\p{L}\p{N}])?)\S*/gu;

/**
 * The one gate for links and images: an empty link to `raw`, which may be a path of the page's own site, with a single
 * slash before it. Null for every other address. Source: contract §8, threat S35.
 */
export function openLink(raw: string, origin: string): HTMLAnchorElement | null {
  const href = raw.replace(/^(?=\/(?!\/))/, origin);
  if (!ALLOWED.test(href)) return null;
  const target = href === raw && '_blank';
  const link = h('a', { href, rel: 'noopener noreferrer nofollow ugc', referrerpolicy: 'no-referrer', target });
  // Empty if the browser cannot read the address.
  return link.origin ? link : null;
}

/** Looks at the words of a link. Where they are none, or name another address, the real one is put beside them. */
export function closeLink(link: HTMLAnchorElement): HTMLAnchorElement {
  const text = link.textContent;
  const shown = link.host || link.pathname;
  if (!text.trim() || (link.target && isDisguised(text, shown))) link.append(` (${shown})`);
  return link;
}

/** True if a text names an address other than `shown`. Hidden characters and look-alikes of the dot count as addresses. */
export function isDisguised(text: string, shown: string): boolean {
  const [real] = namesIn(shown);
  return /\p{Cf}/u.test(text) || namesIn(text).some((name) => /[.@:。]/.test(name) && name !== real);
}

function namesIn(text: string): string[] {
  return Array.from(text.normalize('NFKC').toLowerCase().matchAll(NAMES), ([, name = '']) => name);
}
