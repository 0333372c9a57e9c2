import { randomBytes, type webcrypto } from 'node:crypto';
import { LIMITS } from '@familiar/protocol';
import { CompactSign, compactVerify, errors } from 'jose';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { type CompactJwt, type JwtForm, parseCompactJwt } from './compact-jwt.ts';
import { IdentityError } from './identity-error.ts';
import type { IdentityKeys } from './identity-keys.ts';
import type { ParticipantPrincipal } from './principal.ts';
import { fromSessionPayload, type PrincipalParts, toSessionPayload } from './session-claims.ts';
import { readStrongSecret } from './strong-secret.ts';

const FORM: JwtForm = { code: 'invalid_credential', maxCharacters: 8192, headerMembers: ['alg', 'typ', 'kid'] };
const KID = /^[A-Za-z0-9_-]{1,64}$/;

export interface SessionTokenOptions {
  /** The first signs, all verify: to rotate, put the new one first and keep the old one for 15 minutes. */
  readonly secrets: readonly { readonly kid: string; readonly secret: string }[];
  readonly store: Store;
  readonly clock: Clock;
  readonly identityKeys: IdentityKeys;
}

export interface SessionTokens {
  /** A bearer credential for one browser, for 15 minutes. */
  sign(parts: PrincipalParts): Promise<{ readonly token: string; readonly expiresInS: number }>;
  /**
   * Throws `IdentityError` `invalid_credential`, `session_token_expired` or `session_token_revoked`.
   * `graceMs`, by default 0: how long ago it may have expired, for a mint that goes on with an ephemeral session.
   */
  verify(token: unknown, options?: { readonly graceMs?: number }): Promise<ParticipantPrincipal>;
  /** From now on, `verify` refuses this token. Idempotent. */
  revoke(principal: Pick<ParticipantPrincipal, 'agent' | 'tokenId' | 'expiresAtMs'>): Promise<void>;
}

type Secrets = ReadonlyMap<string, webcrypto.CryptoKey>;

/** Session tokens: HS256 JWT, `typ: "session+jwt"`, `aud` the agent. Throws `TypeError` for a weak secret (see `readStrongSecret`). */
export async function createSessionTokens(options: SessionTokenOptions): Promise<SessionTokens> {
  const { store, clock } = options;
  const secrets = await importSecrets(options.secrets);
  const [signer] = secrets;
  if (signer === undefined) throw new TypeError('Session tokens need at least one secret.');
  const [kid, key] = signer;
  return {
    async sign(parts) {
      const iat = Math.floor(clock() / 1000);
      const stamp = { jti: randomBytes(16).toString('base64url'), iat, exp: iat + LIMITS.sessionTokenSeconds };
      const payload = new TextEncoder().encode(JSON.stringify(toSessionPayload(parts, stamp)));
      const token = await new CompactSign(payload).setProtectedHeader({ alg: 'HS256', typ: 'session+jwt', kid }).sign(key);
      return { token, expiresInS: LIMITS.sessionTokenSeconds };
    },
    async verify(token, { graceMs = 0 } = {}) {
      const principal = await readToken(token, secrets);
      if (clock() >= principal.expiresAtMs + graceMs)
        throw new IdentityError('session_token_expired', 'The session token has expired. Mint a new one.');
      await checkRevocation(principal, options);
      return principal;
    },
    async revoke({ agent, tokenId, expiresAtMs }) {
      await store.run('INSERT INTO revoked_tokens (agent, token, expires_at) VALUES ($1, $2, $3) ON CONFLICT (agent, token) DO NOTHING', [
        agent,
        tokenId,
        // Kept until the token is of no use for a renewal either.
        expiresAtMs + LIMITS.ephemeralIdleMs,
      ]);
    },
  };
}

async function importSecrets(entries: SessionTokenOptions['secrets']): Promise<Secrets> {
  const keys = new Map<string, webcrypto.CryptoKey>();
  for (const { kid, secret } of entries) {
    if (!KID.test(kid) || keys.has(kid))
      throw new TypeError('Each session secret needs a kid of its own: 1 to 64 of A–Z, a–z, 0–9, "_", "-".');
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    keys.set(kid, await crypto.subtle.importKey('raw', readStrongSecret(secret), algorithm, false, ['sign', 'verify']));
  }
  return keys;
}

async function readToken(token: unknown, secrets: Secrets): Promise<ParticipantPrincipal> {
  const jwt = parseCompactJwt(token, FORM);
  if (jwt.header.get('typ') !== 'session+jwt') {
    throw new IdentityError('invalid_credential', 'This is not a session token. POST /v1/embed/session-tokens gives one.');
  }
  const kid = jwt.header.get('kid');
  const key = typeof kid === 'string' ? secrets.get(kid) : undefined;
  if (jwt.header.get('alg') !== 'HS256' || key === undefined || !(await isSigned(jwt, key))) {
    throw new IdentityError('invalid_credential', 'This session token was not made here, or its key has been retired. Mint a new one.');
  }
  const principal = fromSessionPayload(Object.fromEntries(jwt.payload));
  if (principal === null) throw new IdentityError('invalid_credential', 'This session token is of another version. Mint a new one.');
  return principal;
}

async function isSigned(jwt: CompactJwt, key: webcrypto.CryptoKey): Promise<boolean> {
  try {
    await compactVerify(jwt.token, key, { algorithms: ['HS256'] });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}

async function checkRevocation(principal: ParticipantPrincipal, { store, identityKeys }: SessionTokenOptions): Promise<void> {
  const { agent, tokenId, identityKey } = principal;
  const key = identityKey === null ? null : await identityKeys.find(agent, identityKey);
  // A key that is gone altogether counts as revoked: nobody answers for it any more.
  const isVouchedFor = identityKey === null || (key !== null && key.status !== 'revoked');
  const rows = await store.rows('SELECT token FROM revoked_tokens WHERE agent = $1 AND token = $2', [agent, tokenId]);
  if (isVouchedFor && rows.length === 0) return;
  throw new IdentityError('session_token_revoked', 'The session token was revoked. Mint a new one.');
}
