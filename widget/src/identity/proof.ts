import type { Clock } from '../config/clock.ts';
import { base64url, randomText } from './random.ts';

export interface ProofRequest {
  readonly method: string;
  readonly url: string;
  /** The server's nonce, after it answered `use_dpop_nonce`. */
  readonly nonce?: string | undefined;
  /** Binds the proof to this session token (`ath`), where the embed key asks for `strictBinding`. */
  readonly token?: string | undefined;
}

const ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' };
const encoder = new TextEncoder();
const encode = (value: unknown): string => base64url(encoder.encode(JSON.stringify(value)));

/** Signs a DPoP proof (RFC 9449 §4.2): `htu` without query and fragment, `jti` random. */
export async function signProof(pair: CryptoKeyPair, { method, nonce, token, url }: ProofRequest, clock: Clock): Promise<string> {
  const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { crv, kty, x, y } };
  const claims = {
    htm: method,
    htu: url.replace(/[?#].*/, ''),
    iat: clock.unixSeconds(),
    jti: randomText(),
    nonce,
    ath: token && base64url(await crypto.subtle.digest('SHA-256', encoder.encode(token))),
  };
  const signed = `${encode(header)}.${encode(claims)}`;
  // WebCrypto's ECDSA output is r ‖ s, just what JWS wants (RFC 7518 §3.4).
  const signature = await crypto.subtle.sign(ALGORITHM, pair.privateKey, encoder.encode(signed));
  return `${signed}.${base64url(signature)}`;
}
