import { LIMITS } from '@familiar/protocol';
import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { type CompactJwt, type JwtForm, parseCompactJwt } from './compact-jwt.ts';
import { isSameText, sha256Base64url } from './hash.ts';
import { IdentityError } from './identity-error.ts';
import type { ProofNonces } from './proof-nonce.ts';

const FORM: JwtForm = { code: 'invalid_proof', maxCharacters: 4096, headerMembers: ['alg', 'typ', 'jwk'] };
/** Of the JWK; the last two are what WebCrypto's own export adds. */
const JWK_MEMBERS = ['kty', 'crv', 'x', 'y', 'ext', 'key_ops'];
const COORDINATE = /^[A-Za-z0-9_-]{43}$/;
const JTI = /^[\x21-\x7E]{1,64}$/;
/** Longer than any proof can stay fresh: 2 minutes by its time, 4 by a nonce. */
const KEPT_MS = 300_000;
/** In the place of an agent's name: a proof names none, so that one taken for one agent is used up for all. */
const EVERY_AGENT = '*';

export interface ProofOptions {
  readonly agent: string;
  readonly method: string;
  /** The absolute URL that was called, as the browser sees it. */
  readonly url: string;
  readonly clock: Clock;
  readonly store: Store;
  readonly nonces: ProofNonces;
  /** The token that is proven with it; then the proof must carry its hash as `ath`. */
  readonly accessToken?: string;
}

/**
 * Verifies a `DPoP` header and uses it up: RFC 9449 §4.3 with ES256 alone. Returns the RFC 7638 thumbprint of the key.
 * `header` is the one header's value; several, joined by a comma or as a list, are refused.
 * Throws `IdentityError` `invalid_proof`, or `use_dpop_nonce` with the nonce to put into the next proof.
 */
export async function verifyProof(header: unknown, options: ProofOptions): Promise<string> {
  const jwt = parseCompactJwt(onlyValue(header), FORM);
  if (jwt.header.get('typ') !== 'dpop+jwt') throw refuse('Its header typ is not "dpop+jwt".');
  if (jwt.header.get('alg') !== 'ES256') throw refuse('Its header alg is not "ES256".');
  const jwk = readPublicKey(jwt.header.get('jwk'));
  await checkSignature(jwt, jwk);
  checkRequest(jwt, options);
  checkFreshness(jwt, options);
  const thumbprint = await calculateJwkThumbprint(jwk);
  await useUp(jwt, thumbprint, options);
  return thumbprint;
}

interface EcPublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

function onlyValue(header: unknown): string {
  const value = Array.isArray(header) && header.length === 1 ? (header[0] as unknown) : header;
  if (typeof value === 'string' && !value.includes(',')) return value;
  throw refuse('Send exactly one DPoP header.');
}

function readPublicKey(value: unknown): EcPublicJwk {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('Its header has no jwk object.');
  const members = new Map<string, unknown>(Object.entries(value));
  if (![...members.keys()].every((name) => JWK_MEMBERS.includes(name))) {
    throw refuse('Its jwk may only have kty, crv, x and y: the public key and nothing private.');
  }
  const [x, y] = [members.get('x'), members.get('y')];
  if (members.get('kty') !== 'EC' || members.get('crv') !== 'P-256' || !isCoordinate(x) || !isCoordinate(y)) {
    throw refuse('Its jwk is not a public P-256 key.');
  }
  return { kty: 'EC', crv: 'P-256', x, y };
}

/** Canonical, or one key would have several thumbprints. */
function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && COORDINATE.test(value) && Buffer.from(value, 'base64url').toString('base64url') === value;
}

async function checkSignature(jwt: CompactJwt, jwk: EcPublicJwk): Promise<void> {
  try {
    await compactVerify(jwt.token, await importJWK(jwk, 'ES256'), { algorithms: ['ES256'] });
  } catch (error) {
    // WebCrypto throws a DOMException for a point that is not on the curve, jose its own errors for the rest.
    throw refuse('Its signature does not match its key.', { cause: error });
  }
}

function checkRequest(jwt: CompactJwt, options: ProofOptions): void {
  if (jwt.payload.get('htm') !== options.method) throw refuse(`It was made for another method; htm is "${options.method}".`);
  if (targetOf(jwt.payload.get('htu')) !== targetOf(options.url)) {
    throw refuse('It was made for another address; htu is the scheme, host and path that are called, as the browser sees them.');
  }
  if (options.accessToken === undefined) return;
  const ath = jwt.payload.get('ath');
  if (typeof ath !== 'string' || !isSameText(ath, sha256Base64url(options.accessToken))) {
    throw refuse('It was made for another token; ath is the SHA-256 of the session token as base64url.');
  }
}

/** Scheme, host and path, without query and fragment; `null` for what is not an address, or hides a user in it. */
function targetOf(value: unknown): string | null {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url === null || url.username !== '' || url.password !== '') return null;
  return url.origin + url.pathname;
}

function checkFreshness(jwt: CompactJwt, { agent, clock, nonces }: ProofOptions): void {
  const [iat, nonce] = [jwt.payload.get('iat'), jwt.payload.get('nonce')];
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat)) throw refuse('Its iat is not whole seconds since 1970.');
  const isFresh =
    nonce === undefined
      ? Math.abs(Math.floor(clock() / 1000) - iat) <= LIMITS.clockSkewSeconds
      : typeof nonce === 'string' && nonces.accepts(agent, nonce);
  if (isFresh) return;
  throw new IdentityError(
    'use_dpop_nonce',
    "The proof is not fresh by the server's clock. Make a new one with the nonce of the DPoP-Nonce header.",
    {
      nonce: nonces.issue(agent),
    },
  );
}

async function useUp(jwt: CompactJwt, thumbprint: string, { store, clock }: ProofOptions): Promise<void> {
  const jti = jwt.payload.get('jti');
  if (typeof jti !== 'string' || !JTI.test(jti)) throw refuse('Its jti is not 1 to 64 printable characters.');
  const used = await store.run('INSERT INTO proofs (agent, jti, expires_at) VALUES ($1, $2, $3) ON CONFLICT (agent, jti) DO NOTHING', [
    EVERY_AGENT,
    sha256Base64url(JSON.stringify([thumbprint, jti])),
    clock() + KEPT_MS,
  ]);
  if (used !== 1) throw refuse('It was used before. Make a new one, with a new jti, for each request.');
}

function refuse(detail: string, options?: ErrorOptions): IdentityError {
  return new IdentityError('invalid_proof', `The DPoP proof was refused. ${detail}`, options);
}
