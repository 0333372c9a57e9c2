const KNOWN_WORDS = /secret|passw|changeme|change-me|qwert|12345|abcde|example|default|letmein|admin|familiar/;
const TYPED_SENTENCE = /\s|^[^0-9]*$/;

/**
 * Says why an HS256 secret is too weak to sign with, or returns `null`.
 * Refused: under 32 bytes (RFC 7518 §3.2), few different or consecutive bytes, and readable text that is words.
 * Random bytes, and random bytes written as hex or base64, pass.
 */
export function explainWeakSecret(secret: Uint8Array): string | null {
  if (secret.length < 32) return `has ${secret.length} bytes after decoding; 32 are needed`;
  if (new Set(secret).size < 12 || isRepeated(secret)) return 'repeats itself';
  if (countSteps(secret) > secret.length / 2) return 'counts up or down';
  if (!secret.every((byte) => byte >= 0x20 && byte < 0x7f)) return null;
  const text = new TextDecoder().decode(secret).toLowerCase();
  return KNOWN_WORDS.test(text) || TYPED_SENTENCE.test(text) ? 'is made of words' : null;
}

function isRepeated(secret: Uint8Array): boolean {
  for (let period = 1; period <= secret.length / 2; period++) {
    if (secret.every((byte, at) => at < period || byte === secret[at - period])) return true;
  }
  return false;
}

function countSteps(secret: Uint8Array): number {
  return secret.filter((byte, at) => at > 0 && Math.abs(byte - (secret[at - 1] ?? byte)) === 1).length;
}
