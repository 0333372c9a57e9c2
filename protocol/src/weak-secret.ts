// Of six characters at least: in 43 random ones each turns up by chance less than once in ten million.
const WORDS =
  /secret|passwor|passphrase|change[-_]?me|example|default|private|insecure|development|production|familiar|(?:256|512)-bit|qwerty|123456|abcdef/i;

/** How secrets begin that documents and tutorials print as base64: whoever reads them can sign. 72 bits of each tell them apart. */
const PUBLISHED = [
  'AyM1SysPpbyf', // RFC 7515 appendix A.1
  'hJtXIZ2uSN5k', // RFC 7520 §3.5
  'zH4NRP1HMALx', // jose for JavaScript
  'pDzCAKG9KSaC', // jose-jwt for .NET
  '3EK6FD-o0-c7', // Hasura
  'NTNv7j0TuYAR', // JWT tutorials
  'db3OIsj-BXE9', // ASP.NET answers
];

/**
 * Why an HS256 secret is too weak, as the end of a sentence about it ("decodes to 6 bytes …"), or `null`. Signer and backend refuse the
 * same. `encoded` is its unpadded base64url form. Refused: under 32 bytes (RFC 7518 §3.2); few different, repeated or counting
 * bytes; readable text, hexadecimal and UUIDs, whether encoded or taken for base64url; published examples. Of 32
 * random bytes about one in ten million is refused by mistake.
 */
export function explainWeakSecret(secret: Uint8Array, encoded: string): string | null {
  if (secret.length < 32) return `decodes to ${secret.length} bytes; 32 is the least`;
  if (new Set(secret).size < 16 || isRepeated(secret)) return 'repeats itself';
  if (countSteps(secret) > secret.length / 2) return 'counts up or down';
  if (WORDS.test(encoded) || secret.every(isPrintable)) return 'is readable text, not random bytes';
  // 43 random characters of base64url without any capital, or without any small letter: once in 10⁹ and more.
  if (!/[A-Z]/.test(encoded) || !/[a-z]/.test(encoded)) return 'is hexadecimal or other text, not base64url of random bytes';
  return PUBLISHED.some((start) => encoded.startsWith(start)) ? 'is an example that everybody can read' : null;
}

function isPrintable(byte: number): boolean {
  return byte > 0x1f && byte < 0x7f;
}

/** True for one piece said again and again, also where the last time is cut off. */
function isRepeated(secret: Uint8Array): boolean {
  return secret.some((_, period) => period > 0 && period <= secret.length / 2 && secret.every((byte, at) => byte === secret[at % period]));
}

function countSteps(secret: Uint8Array): number {
  return secret.filter((byte, at) => Math.abs(byte - (secret[at - 1] ?? byte)) === 1).length;
}
