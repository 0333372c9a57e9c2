import { base64url, compactVerify, importJWK, type JWK } from 'jose';
import type { Finding } from './finding.ts';

/** Checks the signature, and when it fails guesses the usual mistakes. `null`: it is good. */
export async function checkSignature(token: string, jwk: JWK): Promise<Finding | null> {
  const key = await importKey(jwk);
  if (key === null) return { code: 'token_unknown_key', detail: 'the key given cannot be read: its members do not belong together' };
  if (await verifies(token, key, jwk)) return null;
  return { code: 'token_bad_signature', detail: await explain(token, jwk) };
}

async function explain(token: string, jwk: JWK): Promise<string> {
  const signature = base64url.decode(token.split('.')[2] ?? '');
  if (jwk.alg === 'ES256' && signature.length !== 64) {
    return signature[0] === 0x30
      ? 'the signature is in DER form, as OpenSSL writes it: convert it to r and s, 32 bytes each'
      : `the signature has ${signature.length} bytes; ES256 has 64`;
  }
  if (typeof jwk.k === 'string') {
    const secret = base64url.decode(jwk.k);
    for (const [form, text] of spell(jwk.k, secret)) {
      if (await verifies(token, new TextEncoder().encode(text), jwk)) {
        return `the text of the secret was used as key: decode it from ${form} first`;
      }
    }
    const decoded = Buffer.from(new TextDecoder().decode(secret), 'base64');
    if (decoded.length > 0 && (await verifies(token, decoded, jwk))) {
      return 'the secret was decoded from base64 once too often: the signing side took plain text for base64';
    }
  }
  return 'the signature does not match the key of this kid: another key signed it, or the token was changed';
}

/** The texts in which the signing side may hold these bytes. */
function spell(encoded: string, secret: Uint8Array): readonly (readonly [form: string, text: string])[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64');
  return [
    ['base64url', encoded],
    ['base64', base64],
    ['base64', base64.replace(/=+$/, '')],
    ['hexadecimal', bytes.toString('hex')],
  ];
}

async function importKey(jwk: JWK) {
  try {
    return await importJWK({ ...jwk });
  } catch {
    // The library's message may describe the key; the caller's sentence does not.
    return null;
  }
}

async function verifies(token: string, key: Parameters<typeof compactVerify>[1], jwk: JWK): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [String(jwk.alg)] });
    return true;
  } catch {
    // Any failure means the same here: not signed with this key.
    return false;
  }
}
