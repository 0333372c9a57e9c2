import { base64url } from 'jose';

type Sign = typeof crypto.subtle.sign;
/** The platform's own type, whichever library declares it here: Node's or the DOM's. */
export type SigningKey = Parameters<Sign>[1];

/**
 * JWS Compact Serialization (RFC 7515 §7.1). WebCrypto's ECDSA signature is r ‖ s, the form that RFC 7518 §3.4 asks for.
 * Written here because jose's signer weighs more than all of this package: docs/decisions/004.
 */
export async function signCompact(key: SigningKey, header: object, payload: object): Promise<string> {
  const input = `${encode(header)}.${encode(payload)}`;
  const { name } = key.algorithm;
  const algorithm: Parameters<Sign>[0] = name === 'ECDSA' ? { name, hash: 'SHA-256' } : name;
  const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}

function encode(value: object): string {
  return base64url.encode(JSON.stringify(value));
}
