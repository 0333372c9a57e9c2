import { isIPv6 } from 'node:net';

/** What the listener knows of a request and `Request` does not hold. */
export interface ConnectionInfo {
  /** The other end of the socket; `null` in process. */
  readonly address: string | null;
  /** Names and values in turns, as node:http gives them: the only place where a doubled header shows. */
  readonly rawHeaders?: readonly string[];
}

/**
 * The client's address for limits: the socket's, or what the outermost of `trustedProxies` proxies saw. IPv6 counts as its
 * /64. What a client writes into X-Forwarded-For beyond those is ignored.
 */
export function clientAddress(info: ConnectionInfo, forwardedFor: string | null, trustedProxies: number): string {
  const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim());
  const seen = trustedProxies > 0 ? (hops.at(-trustedProxies) ?? '') : '';
  return network(seen === '' ? (info.address ?? 'unknown') : seen);
}

function network(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address.slice(0, 64);
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? left : [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
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
