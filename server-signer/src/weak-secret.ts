const KNOWN_WORDS =
  /secret|passw|passphrase|change[-_]?me|example|default|private|insecure|development|production|familiar|your-|qwerty|12345|abcdef/i;

/**
 * Says why an HS256 secret is too weak to sign with, or returns `null`. `encoded` is its base64url form, as the JWK holds it.
 * Refused: under 32 bytes (RFC 7518 §3.2); few different, repeated or consecutive bytes; readable text, in either form.
 * 32 random bytes hold under 16 different values, or only printable ASCII, less than once in 10^13.
 */
export function explainWeakSecret(secret: Uint8Array, encoded: string): string | null {
  if (secret.length < 32) return `has ${secret.length} bytes after decoding; 32 are needed`;
  if (new Set(secret).size < 16 || isRepeated(secret)) return 'repeats itself';
  if (countSteps(secret) > secret.length / 2) return 'counts up or down';
  return KNOWN_WORDS.test(encoded) || secret.every((byte) => byte > 0x1f && byte < 0x7f) ? 'is readable text, not random bytes' : null;
}

function isRepeated(secret: Uint8Array): boolean {
  const text = String.fromCharCode(...secret);
  return (text + text).indexOf(text, 1) < text.length;
}

function countSteps(secret: Uint8Array): number {
  return secret.filter((byte, at) => Math.abs(byte - (secret[at - 1] ?? byte)) === 1).length;
}
