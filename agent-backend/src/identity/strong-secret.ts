import { explainWeakSecret } from '@familiar/protocol';

/**
 * Reads an HS256 secret: base64url of 32 bytes or more; standard base64, as `openssl rand -base64 32` prints it, too.
 * Throws `TypeError` for one that is weak, as `explainWeakSecret` says; the sentence never holds it. The signer refuses the same.
 * Source: contract §3, RFC 7518 §3.2.
 */
export function readStrongSecret(text: unknown): Uint8Array<ArrayBuffer> {
  const encoded = typeof text === 'string' ? text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') : '';
  const bytes = Uint8Array.from(Buffer.from(encoded, 'base64url'));
  if (encoded === '' || Buffer.from(bytes).toString('base64url') !== encoded) {
    throw new TypeError('An HS256 secret is base64url of random bytes. Make one with "familiar-signer keygen --alg HS256".');
  }
  const weakness = explainWeakSecret(bytes, encoded);
  if (weakness !== null) {
    throw new TypeError(`This HS256 secret ${weakness}. Make a new one with "familiar-signer keygen --alg HS256".`);
  }
  return bytes;
}
