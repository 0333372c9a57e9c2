import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { PublicJwk } from '../src/identity/identity-key.ts';

export interface TestSigner {
  readonly kid: string;
  readonly alg: string;
  /** Public, with its kid. */
  readonly jwk: PublicJwk;
  /** An identity token for alice of `acme/helper`, from `acme`. */
  sign(nowMs: number, claims?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** A customer's signing key, made now. */
export async function createTestSigner(kid: string, alg = 'ES256'): Promise<TestSigner> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const jwk = { ...(await exportJWK(publicKey)), kid };
  return { kid, alg, jwk, sign: (nowMs, claims) => signIdentityToken(privateKey, { alg, kid, nowMs, claims }) };
}

export interface TestToken {
  readonly alg: string;
  readonly kid: string;
  readonly nowMs: number;
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

export function signIdentityToken(key: Parameters<SignJWT['sign']>[0], { alg, kid, nowMs, claims }: TestToken): Promise<string> {
  const iat = Math.floor(nowMs / 1000);
  return new SignJWT({ sub: 'alice', aud: 'acme/helper', iss: 'acme', iat, exp: iat + 600, jti: randomUUID(), ...claims })
    .setProtectedHeader({ alg, kid, typ: 'identity+jwt' })
    .sign(key);
}
