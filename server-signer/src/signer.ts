import { LIMITS, parseAgentName } from '@familiar/protocol';
import { base64url } from 'jose';
import { type IdentityClaims, toPayload } from './claims.ts';
import { SignerError } from './errors.ts';
import { signCompact } from './sign-compact.ts';
import { importSigningKey } from './import-signing-key.ts';
import { parseSigningKey, type SigningAlgorithm, type SigningJwk } from './signing-key.ts';

/** Who signs, for which agent, with which key. */
export interface SignerOptions {
  /** `org/agent`; becomes `aud`. */
  readonly agent: string;
  /** The name under which your key is registered at the backend; becomes `iss`. */
  readonly issuer: string;
  /** A private JWK with `alg` and `kid`, or its JSON as one line. */
  readonly key: SigningJwk | string;
  /** 1 to 3600, 600 by default. */
  readonly lifetimeSeconds?: number;
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly clock?: () => number;
}

/** Signs identity tokens with one key. */
export interface Signer {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly lifetimeSeconds: number;
  /** A fresh identity token. Rejects with `SignerError` when the claims cannot be signed. */
  sign(claims: IdentityClaims): Promise<string>;
}

/**
 * Makes a signer. Throws `SignerError` at once for a bad key, agent, issuer or lifetime, and in a browser:
 * start-up fails, not the first visitor. Source: contract §3, RFC 7519, RFC 8725.
 */
export function createSigner(options: SignerOptions): Signer {
  refuseBrowser();
  const { agent, issuer, lifetimeSeconds = LIMITS.identityTokenSeconds, clock = Date.now } = options;
  if (parseAgentName(agent) === null) throw new SignerError('bad_agent', 'agent is "org/agent", two slugs of a-z, 0-9 and "-".');
  if (typeof issuer !== 'string' || !/^[\x21-\x7E]{1,255}$/.test(issuer))
    throw new SignerError('bad_issuer', 'issuer is 1–255 printable ASCII characters.');
  if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > LIMITS.identityTokenMaxSeconds) {
    throw new SignerError('bad_lifetime', `lifetimeSeconds is a whole number from 1 to ${LIMITS.identityTokenMaxSeconds}.`);
  }
  const key = parseSigningKey(options.key);
  const { alg, kid } = key;
  let imported: ReturnType<typeof importSigningKey> | undefined;
  return {
    kid,
    alg,
    lifetimeSeconds,
    async sign(claims) {
      const iat = Math.floor(clock() / 1000);
      const payload = { ...toPayload(claims, iat), iss: issuer, aud: agent, iat, exp: iat + lifetimeSeconds, jti: makeTokenId() };
      imported ??= importSigningKey(key);
      const token = await signCompact(await imported, { alg, typ: 'identity+jwt', kid }, payload);
      if (token.length > LIMITS.identityTokenCharacters) {
        throw new SignerError(
          'token_too_long',
          `The token has ${token.length} characters; ${LIMITS.identityTokenCharacters} are allowed. Sign fewer attributes.`,
        );
      }
      return token;
    },
  };
}

/** One token, without keeping a signer: `createSigner(options).sign(claims)`. */
export async function signIdentityToken(options: SignerOptions & IdentityClaims): Promise<string> {
  return createSigner(options).sign(options);
}

/** 128 random bits. */
function makeTokenId(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(16)));
}

/** Pages have a `window`, their workers `importScripts`; servers have none of it: not Node, Deno, Bun, nor Workers at the edge. */
function refuseBrowser(): void {
  if (['window', 'document', 'importScripts'].some((name) => name in globalThis)) {
    throw new SignerError(
      'in_browser',
      'server-signer must not run in a browser: whoever reads the page would own the key. Sign on your server.',
    );
  }
}
