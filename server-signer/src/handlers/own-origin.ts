const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/**
 * The origin that a page has which addressed this server by `host` (a `Host` or `:authority` header), written as browsers
 * write it: small letters, no default port. Some proxies add the port. `null` where it names no host, or more than one.
 */
export function readOwnOrigin(scheme: 'http' | 'https', host: string | null | undefined): string | null {
  if (typeof host !== 'string' || !HOST.test(host)) return null;
  const address = `${scheme}://${host}`;
  return URL.canParse(address) ? new URL(address).origin : null;
}
