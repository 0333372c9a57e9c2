const PREFIX = 'isec_';
const KNOWN_WORDS = [
  'secret',
  'password',
  'passwort',
  'passphrase',
  'changeme',
  'change-me',
  'change_me',
  'example',
  'default',
  'private',
  'insecure',
  'development',
  'production',
  'familiar',
  'your-256',
  'qwerty',
  '0123456',
  '1234567',
  'abcdefg',
];

/**
 * Reads an HS256 secret: base64url (also standard base64) of 32 bytes or more, with or without the prefix `isec_`.
 * Throws `TypeError` for one that is too short, repeated, or made of known words; the sentence never holds the secret.
 * Source: contract §3, RFC 7518 §3.2.
 */
export function readStrongSecret(text: unknown): Uint8Array<ArrayBuffer> {
  const body = typeof text === 'string' ? text.replace(PREFIX, '').replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') : '';
  const bytes = Uint8Array.from(Buffer.from(body, 'base64url'));
  if (body === '' || Buffer.from(bytes).toString('base64url') !== body) {
    throw new TypeError('An HS256 secret is base64url of random bytes. Make one with "familiar-signer keygen --alg HS256".');
  }
  if (bytes.length < 32) {
    throw new TypeError(
      `This HS256 secret decodes to ${bytes.length} bytes; 32 is the least. Make a new one with "familiar-signer keygen".`,
    );
  }
  if (isGuessable(body, bytes)) {
    throw new TypeError('This HS256 secret is repeated or made of known words. Make a random one with "familiar-signer keygen".');
  }
  return bytes;
}

function isGuessable(body: string, bytes: Uint8Array): boolean {
  // 32 random bytes hold fewer than 16 different values, or only printable ASCII, less than once in 10^13.
  if (new Set(bytes).size < 16 || bytes.every((byte) => byte >= 0x20 && byte <= 0x7e)) return true;
  if (repeats(Buffer.from(bytes).toString('latin1'))) return true;
  return KNOWN_WORDS.some((word) => body.toLowerCase().includes(word));
}

/** True if the text is one piece said again and again: it then occurs in its own double before its end. */
function repeats(text: string): boolean {
  return (text + text).indexOf(text, 1) < text.length;
}
