import type { JWK } from 'jose';
import { KID } from '../signing-key.ts';
import { checkClaims } from './check-claims.ts';
import { checkSignature } from './check-signature.ts';
import type { Finding } from './finding.ts';
import { type Json, readToken } from './read-token.ts';

export type Diagnosis =
  | ({ readonly kind: 'wrong' } & Finding)
  | { readonly kind: 'good'; readonly payload: Json; readonly timing: Timing; readonly isSignatureChecked: boolean };

/** A good token's times against the clock; within the skew that is tolerated, either may lie on the wrong side. */
export interface Timing {
  /** Negative where it has expired. */
  readonly secondsLeft: number;
  /** Positive where it is from the future. */
  readonly startsInSeconds: number;
}

export interface DiagnoseOptions {
  /** Keys to check the signature with, by `kid`; none: the signature is not checked. */
  readonly keys?: readonly JWK[] | undefined;
  readonly agent?: string | undefined;
  readonly issuer?: string | undefined;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const ALGORITHMS = ['ES256', 'EdDSA', 'RS256', 'HS256'];

/** Says what a backend would refuse in this identity token, in the order of contract §3. */
export async function diagnose(token: string, options: DiagnoseOptions): Promise<Diagnosis> {
  const read = readToken(token);
  if (read.kind === 'malformed') return { kind: 'wrong', code: 'token_malformed', detail: read.detail };
  const { agent, issuer, keys, clock } = options;
  const nowSeconds = Math.floor(clock() / 1000);
  const finding =
    checkHeader(read.header) ??
    (keys === undefined ? null : await checkKey(token, read.header, keys)) ??
    checkClaims(read.payload, { agent, issuer, nowSeconds });
  if (finding !== null) return { kind: 'wrong', ...finding };
  return {
    kind: 'good',
    payload: read.payload,
    timing: readTiming(read.payload, nowSeconds),
    isSignatureChecked: keys !== undefined,
  };
}

function readTiming({ iat, exp, nbf = iat }: Json, nowSeconds: number): Timing {
  return { secondsLeft: Number(exp) - nowSeconds, startsInSeconds: Math.max(Number(iat), Number(nbf)) - nowSeconds };
}

function checkHeader(header: Json): Finding | null {
  const { alg, typ, kid, ...others } = header;
  if (typeof alg !== 'string') return { code: 'token_malformed', detail: 'the header has no alg that is a string' };
  if (!ALGORITHMS.some((allowed) => allowed === alg)) {
    return {
      code: 'token_alg_not_allowed',
      detail: alg === 'none' ? 'it is not signed (alg "none")' : `alg is none of ${ALGORITHMS.join(', ')}`,
    };
  }
  if (typ !== 'identity+jwt') {
    const detail =
      typ === undefined || typ === 'JWT'
        ? 'typ is not set to "identity+jwt" in the header'
        : 'it is another kind of token: typ is not "identity+jwt"';
    return { code: 'token_malformed', detail };
  }
  if (kid === undefined) return { code: 'token_unknown_key', detail: 'kid is missing in the header' };
  if (typeof kid !== 'string' || !KID.test(kid)) return { code: 'token_malformed', detail: 'kid is not 1–64 letters, digits, "_" or "-"' };
  return Object.keys(others).length === 0
    ? null
    : { code: 'token_malformed', detail: 'the header has other members than alg, typ and kid' };
}

async function checkKey(token: string, header: Json, keys: readonly JWK[]): Promise<Finding | null> {
  const key = keys.find(({ kid }) => kid === header['kid']);
  if (key === undefined) {
    const known = keys.flatMap(({ kid }) => (kid === undefined ? [] : [`"${kid}"`]));
    return {
      code: 'token_unknown_key',
      detail: `kid "${String(header['kid'])}" is unknown; the ${known.length > 1 ? 'keys given are' : 'key given is'} ${known.join(', ') || 'without kid'}`,
    };
  }
  if (key.alg !== header['alg'])
    return { code: 'token_alg_not_allowed', detail: `alg is ${String(header['alg'])}; this key is for ${String(key.alg)}` };
  return checkSignature(token, key);
}
