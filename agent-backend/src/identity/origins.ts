const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*)$/;

/**
 * Checks one origin of an embed key's allow-list: exactly as a browser sends it, `https`, or `http` on the loopback.
 * Throws `TypeError` that says how to write it: no path, no default port, no capitals, no wildcard, IDN in its `xn--` form.
 */
export function parseOrigin(value: unknown): string {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url === null || typeof value !== 'string') throw new TypeError('An origin is an address such as "https://shop.example".');
  if (url.origin !== value || !HOST.test(url.hostname)) {
    throw new TypeError(
      'An origin is written exactly as the browser sends it: scheme, host and, unless it is the default, port; no path, no trailing "/" or dot, no capitals, no wildcard.',
    );
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname))) return value;
  throw new TypeError('An origin is https; http is for localhost, 127.0.0.1 and [::1] alone.');
}

/**
 * True if the raw `Origin` header is one of the list, byte for byte. A missing header, several, and `null` never are.
 * A fence against other sites' pages, not a proof of who calls.
 */
export function isAllowedOrigin(header: unknown, allowed: ReadonlySet<string>): boolean {
  return typeof header === 'string' && header !== 'null' && allowed.has(header);
}
