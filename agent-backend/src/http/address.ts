import { isIPv4, isIPv6 } from 'node:net';

/** What the listener knows of a request and `Request` does not hold. */
export interface ConnectionInfo {
  /** The other end of the socket; `null` in process. */
  readonly address: string | null;
  /** Names and values in turns, as node:http gives them: the only place where a doubled header shows. */
  readonly rawHeaders?: readonly string[];
}

/**
 * The client's address for limits: the socket's, or what the outermost of `trustedProxies` proxies saw. A port is not part
 * of it, IPv6 counts as its /64. What a client writes into X-Forwarded-For beyond those proxies is ignored; where they wrote
 * no address, it is the socket's, which all who come that way share.
 */
export function clientAddress(info: ConnectionInfo, forwardedFor: string | null, trustedProxies: number): string {
  const hops = (forwardedFor ?? '').split(',');
  const seen = trustedProxies > 0 ? network(hops.at(-trustedProxies) ?? '') : null;
  return seen ?? network(info.address ?? '') ?? 'unknown';
}

/** IPv4 as it is, IPv6 as its /64, each in one spelling; `null` for anything else. Some proxies write the port along. */
function network(hop: string): string | null {
  const text = hop.trim();
  const [, v4 = ''] = /^([\d.]{7,15})(?::\d{1,5})?$/.exec(text) ?? [];
  if (isIPv4(v4)) return v4;
  const [, inBrackets = text] = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text) ?? [];
  const [v6 = ''] = inBrackets.split('%');
  return isIPv6(v6) ? networkOfIPv6(v6) : null;
}

function networkOfIPv6(address: string): string {
  // The URL parser writes every spelling of an address in one way: small letters, no leading zeros, no dotted part.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const left = groupsOf(head);
  const right = groupsOf(tail ?? '');
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  const isMapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return isMapped ? dotted(groups.slice(6)) : `${groups.slice(0, 4).join(':')}::/64`;
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}

function dotted(groups: readonly string[]): string {
  return groups
    .map((group) => Number.parseInt(group, 16))
    .flatMap((value) => [value >> 8, value & 0xff])
    .join('.');
}

const SINGLE = new Set(['authorization', 'content-length', 'content-type', 'dpop', 'host', 'last-event-id', 'origin']);

/** True if a header that must come once came twice; node:http silently keeps the first of some. */
export function hasDoubledHeader(rawHeaders: readonly string[] = []): boolean {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    if (SINGLE.has(name) && seen.has(name)) return true;
    seen.add(name);
  }
  return false;
}
