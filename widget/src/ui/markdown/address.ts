import type { Address } from './tree.ts';

const MAX_LENGTH = 2048;
/** Whitespace, control, format and unassigned characters, and the backslash that URL parsers read as a slash. */
const HIDDEN = /[\s\p{C}\\]/u;
const WEB = /^https?:\/\/(?![^/?#]*@)/i;
const NAMED = /^(?:mailto:([^@?&%]+@[^@?&%]+)(?:\?|$)|tel:(\+?[\d().*#-]+)$)/i;

/**
 * The one gate for links: `http`, `https`, `mailto`, `tel`, and paths of the page's own site that start with a single
 * slash. Null for everything else: other schemes, userinfo, hidden characters, relative addresses, over 2,048 characters.
 * Source: contract §8, threat S35.
 */
export function parseAddress(raw: string, origin: string): Address | null {
  const [, mail, phone] = (isPlain(raw) && NAMED.exec(raw)) || [];
  const shown = mail ?? phone;
  if (shown !== undefined) return { href: raw, shown, isLocal: false };
  const url = parseImageAddress(raw) ?? (isPlain(raw) && /^\/(?!\/)/.test(raw) ? toUrl(raw, origin) : null);
  const isLocal = raw.startsWith('/');
  return url && (!isLocal || url.origin === origin) ? { href: url.href, shown: url.host, isLocal } : null;
}

/** An image's address: `https` or `http` as above, or null. */
export function parseImageAddress(raw: string): URL | null {
  const url = isPlain(raw) && WEB.test(raw) ? toUrl(raw) : null;
  return url && !url.username && !url.password ? url : null;
}

function isPlain(raw: string): boolean {
  return raw.length <= MAX_LENGTH && !HIDDEN.test(raw);
}

/**
 * True if a link's text names an address other than the real one, so that the reader must see the real one.
 * Look-alikes of the dot and text that reorders itself count as addresses.
 */
export function isDisguised(text: string, address: Address): boolean {
  if (address.isLocal) return false;
  const visible = text.normalize('NFKC').toLowerCase();
  if (/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(visible)) return true;
  const real = address.shown.toLowerCase().replace(/^www\./, '');
  return visible.split(/\s+/).some((word) => {
    const named = word.replace(/^[^\p{L}\p{N}+]*(?:[a-z]+:(?:\/\/)?)?(?:www\.)?/u, '').replace(/[/?#].*/, '');
    return /[\p{L}\p{N}][.@:\u3002][\p{L}\p{N}]/u.test(named) && named.replace(/[^\p{L}\p{N}]+$/u, '') !== real;
  });
}

/** `URL.parse`, which Safari has only from version 18. */
function toUrl(raw: string, base?: string): URL | null {
  try {
    return new URL(raw, base);
  } catch {
    // Not an address: the gate stays shut.
    return null;
  }
}
