import { LIMITS } from '@familiar/protocol';
import { compactVerify, errors } from 'jose';
import type { Clock } from './clock.ts';
import { type CompactJwt, parseCompactJwt } from './compact-jwt.ts';
import * as claims from './identity-claims.ts';
import type { IdentityClaims } from './identity-claims.ts';
import { IdentityError } from './identity-error.ts';
import { IDENTITY_ALGS, type IdentityKeys, type LiveIdentityKey } from './identity-key.ts';

const SKEW_S = LIMITS.clockSkewSeconds;

export interface IdentityTokenOptions {
  /** `org/agent` that the token must be for. */
  readonly agent: string;
  readonly keys: IdentityKeys;
  readonly clock: Clock;
}

/**
 * Verifies an identity token: form, `typ`, key, signature and every claim; contract §3. Writes nothing.
 * Throws `IdentityError` with one of `TOKEN_CODES`, in a sentence that says how to mend it and never repeats the token.
 */
export async function verifyIdentityToken(token: unknown, options: IdentityTokenOptions): Promise<IdentityClaims> {
  const jwt = parseCompactJwt(token);
  if (jwt.header.get('typ') !== 'identity+jwt') {
    throw new IdentityError('token_malformed', 'The header typ is not "identity+jwt". Sign with server-signer, or set it.');
  }
  const key = await findKey(jwt, options);
  await checkSignature(jwt, key);
  checkAddress(jwt, key, options.agent);
  const sub = claims.readSubject(jwt.payload);
  const jti = claims.readTokenId(jwt.payload);
  const times = readTimes(jwt, options.clock);
  checkRetirement(key, times.iat);
  return claims.withoutUndefined({
    sub,
    iss: key.issuer,
    jti,
    ...times,
    kid: key.kid,
    instance: claims.readInstanceClaim(jwt.payload),
    name: claims.readText(jwt.payload, 'name', 255),
    email: claims.readText(jwt.payload, 'email', 320),
    picture: claims.readText(jwt.payload, 'picture', 2048),
    attributes: claims.readAttributes(jwt.payload),
    stepUp: claims.readStepUp(jwt.payload),
  });
}

async function findKey(jwt: CompactJwt, { agent, keys }: IdentityTokenOptions): Promise<LiveIdentityKey> {
  const alg = jwt.header.get('alg');
  if (!IDENTITY_ALGS.some((allowed) => allowed === alg)) {
    throw new IdentityError('token_alg_not_allowed', `The algorithm is none of ${IDENTITY_ALGS.join(', ')}.`);
  }
  const kid = jwt.header.get('kid');
  if (typeof kid !== 'string')
    throw new IdentityError('token_unknown_key', 'The header has no kid. Set it to the id of the registered key.');
  const key = await keys.find(agent, kid);
  if (key === null) {
    throw new IdentityError('token_unknown_key', `No key with this kid is registered for ${agent}. Register it, or sign with one that is.`);
  }
  if (key.status === 'revoked')
    throw new IdentityError('token_revoked_key', 'The key that signed this was revoked. Sign with an active one.');
  if (key.alg !== alg) throw new IdentityError('token_alg_not_allowed', `This key is registered for ${key.alg}. Sign with that.`);
  return key;
}

async function checkSignature(jwt: CompactJwt, key: LiveIdentityKey): Promise<void> {
  try {
    await compactVerify(jwt.token, key.key, { algorithms: [key.alg] });
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw new IdentityError(
      'token_bad_signature',
      'The signature does not match the key registered under this kid. Compare the key; a secret is decoded from base64url first.',
    );
  }
}

function checkAddress(jwt: CompactJwt, key: LiveIdentityKey, agent: string): void {
  if (!jwt.payload.has('aud')) throw new IdentityError('token_missing_claim', `The claim aud is missing. It is "${agent}".`);
  if (jwt.payload.get('aud') !== agent) {
    throw new IdentityError('token_wrong_audience', `The claim aud must be the one string "${agent}", the name of the agent.`);
  }
  if (!jwt.payload.has('iss'))
    throw new IdentityError('token_missing_claim', 'The claim iss is missing. It is the issuer registered with the key.');
  if (jwt.payload.get('iss') !== key.issuer) {
    throw new IdentityError(
      'token_wrong_issuer',
      'The claim iss is not the issuer registered with this key. Compare the two, byte for byte.',
    );
  }
}

function readTimes(jwt: CompactJwt, clock: Clock): { iat: number; exp: number } {
  const [iat, exp] = [claims.readTime(jwt.payload, 'iat'), claims.readTime(jwt.payload, 'exp')];
  const nbf = claims.readOptionalTime(jwt.payload, 'nbf') ?? iat;
  if (exp <= iat) throw new IdentityError('token_malformed', 'exp is not after iat. Both are whole seconds since 1970.');
  if (exp - iat > LIMITS.identityTokenMaxSeconds) {
    throw new IdentityError(
      'token_lifetime_too_long',
      `exp is ${exp - iat} s after iat; ${LIMITS.identityTokenMaxSeconds} s is the most. Sign for ${LIMITS.identityTokenSeconds} s and renew.`,
    );
  }
  const nowS = Math.floor(clock() / 1000);
  const ahead = Math.max(iat, nbf) - nowS;
  if (ahead > SKEW_S) {
    throw new IdentityError(
      'token_not_yet_valid',
      `The token starts ${ahead} s from now; ${SKEW_S} s of skew is tolerated. Set the clock of the signing server.`,
    );
  }
  if (nowS - exp >= SKEW_S) {
    throw new IdentityError(
      'token_expired',
      `The token expired ${nowS - exp} s ago. Sign a new one; if it is new, set the signing server's clock.`,
    );
  }
  return { iat, exp };
}

function checkRetirement(key: LiveIdentityKey, iat: number): void {
  if (key.status !== 'retiring' || key.retiredAtMs === null || iat * 1000 <= key.retiredAtMs + SKEW_S * 1000) return;
  throw new IdentityError('token_unknown_key', 'The key was retired before this token was signed. Sign with the active one.');
}
