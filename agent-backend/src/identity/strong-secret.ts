// Words of six letters and the like: in 43 random characters one turns up by chance less than once in a million.
const KNOWN_WORDS =
  /secret|passw|passphrase|change[-_]?me|example|default|private|insecure|development|production|familiar|your-|qwerty|12345|abcdef/i;

/**
 * Reads an HS256 secret: base64url of 32 bytes or more; standard base64, as `openssl rand -base64 32` prints it, too.
 * Throws `TypeError` for one that is too short, repeated, counting, or made of known words; the sentence never holds it.
 * The signer refuses the same. Source: contract §3, RFC 7518 §3.2.
 */
export function readStrongSecret(text: unknown): Uint8Array<ArrayBuffer> {
  const encoded = typeof text === 'string' ? text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') : '';
  const bytes = Uint8Array.from(Buffer.from(encoded, 'base64url'));
  if (encoded === '' || Buffer.from(bytes).toString('base64url') !== encoded) {
    throw new TypeError('An HS256 secret is base64url of random bytes. Make one with "familiar-signer keygen --alg HS256".');
  }
  if (bytes.length < 32) {
    throw new TypeError(
      `This HS256 secret decodes to ${bytes.length} bytes; 32 is the least. Make a new one with "familiar-signer keygen --alg HS256".`,
    );
  }
  if (isGuessable(encoded, bytes)) {
    throw new TypeError(
      'This HS256 secret is repeated, counting or made of known words. Make a random one with "familiar-signer keygen --alg HS256".',
    );
  }
  return bytes;
}

function isGuessable(encoded: string, bytes: Uint8Array): boolean {
  // 32 random bytes hold fewer than 16 different values, or only printable ASCII, less than once in 10^13.
  if (new Set(bytes).size < 16 || bytes.every((byte) => byte >= 0x20 && byte <= 0x7e)) return true;
  return repeats(Buffer.from(bytes).toString('latin1')) || countSteps(bytes) > bytes.length / 2 || KNOWN_WORDS.test(encoded);
}

/** True if the text is one piece said again and again: it then occurs in its own double before its end. */
function repeats(text: string): boolean {
  return (text + text).indexOf(text, 1) < text.length;
}

function countSteps(bytes: Uint8Array): number {
  return bytes.filter((byte, at) => at > 0 && Math.abs(byte - (bytes[at - 1] ?? byte)) === 1).length;
}
