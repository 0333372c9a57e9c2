import { LIMITS, parseId } from '@familiar/protocol';
import { UNPRINTABLE } from '../claims.ts';
import { checkProfile } from './check-profile.ts';
import type { Finding } from './finding.ts';
import type { Json } from './read-token.ts';

const SKEW = LIMITS.clockSkewSeconds;

/** What the reader expects of the claims. Left out: not compared. */
export interface Expected {
  readonly agent?: string | undefined;
  readonly issuer?: string | undefined;
  readonly nowSeconds: number;
}

/** The first thing that is wrong with the claims, or `null`. Source: contract §3. */
export function checkClaims(payload: Json, expected: Expected): Finding | null {
  const missing = ['aud', 'iss', 'sub', 'jti', 'iat', 'exp'].find((claim) => isMissing(payload, claim));
  if (missing !== undefined) return { code: 'token_missing_claim', detail: `the claim ${missing} is missing` };
  return (
    checkAddress(payload, expected) ??
    checkSubject(payload['sub']) ??
    checkTokenId(payload['jti']) ??
    checkTimes(payload, expected.nowSeconds) ??
    checkProfile(payload)
  );
}

function isMissing(payload: Json, claim: string): boolean {
  return payload[claim] === undefined || (claim === 'jti' && payload[claim] === '');
}

function checkAddress({ aud, iss }: Json, { agent, issuer }: Expected): Finding | null {
  if (typeof aud !== 'string') return { code: 'token_wrong_audience', detail: 'aud is not one string: give the agent alone, not a list' };
  if (agent !== undefined && aud !== agent) {
    return { code: 'token_wrong_audience', detail: `aud is ${quote(aud)}, expected ${quote(agent)}` };
  }
  if (typeof iss !== 'string') return { code: 'token_wrong_issuer', detail: 'iss is not a string' };
  if (issuer !== undefined && iss !== issuer) {
    return { code: 'token_wrong_issuer', detail: `iss is ${quote(iss)}, expected ${quote(issuer)}` };
  }
  return null;
}

function checkTokenId(jti: unknown): Finding | null {
  return typeof jti === 'string' && jti.length <= 128 && !UNPRINTABLE.test(jti)
    ? null
    : { code: 'token_malformed', detail: 'jti is not a string of 1–128 characters without control characters' };
}

function checkSubject(sub: unknown): Finding | null {
  if (typeof sub === 'number') return { code: 'token_bad_subject', detail: 'sub is a number: sign it as a string, "42" and not 42' };
  const parsed = parseId(sub);
  if (parsed.kind === 'id') return null;
  const detail = parsed.kind === 'refused' ? parsed.detail : '"ephemeral" is reserved; sign the real sub with instance: "ephemeral".';
  return { code: 'token_bad_subject', detail: `sub: ${detail}` };
}

function checkTimes({ iat, exp, nbf = iat }: Json, now: number): Finding | null {
  for (const [claim, value] of Object.entries({ iat, exp, nbf })) {
    if (!isSeconds(value)) return { code: 'token_malformed', detail: `${claim} is not a whole number of seconds since 1970` };
  }
  const times = { iat: Number(iat), exp: Number(exp), nbf: Number(nbf) };
  const finding = checkSpan({ ...times, start: Math.max(times.iat, times.nbf) }, now);
  const huge = Object.entries(times).find(([, value]) => value > 1e11);
  return finding !== null && huge !== undefined ? { ...finding, detail: `${huge[0]} is in milliseconds: divide it by 1000` } : finding;
}

function checkSpan({ iat, exp, start }: { iat: number; exp: number; start: number }, now: number): Finding | null {
  if (exp <= iat) return { code: 'token_malformed', detail: 'exp is not after iat' };
  if (exp - iat > LIMITS.identityTokenMaxSeconds) {
    const detail = `it lives ${exp - iat} s; ${LIMITS.identityTokenMaxSeconds} s at most, ${LIMITS.identityTokenSeconds} s is usual`;
    return { code: 'token_lifetime_too_long', detail };
  }
  if (start - now > SKEW) {
    const detail = `it starts in ${start - now} s; ${SKEW} s of skew is tolerated: one of the two clocks is wrong`;
    return { code: 'token_not_yet_valid', detail };
  }
  if (now - exp < SKEW) return null;
  const at = new Date(exp * 1000).toISOString().replace('.000', '');
  return { code: 'token_expired', detail: `it expired ${now - exp} s ago, at ${at}; ${SKEW} s of skew is tolerated` };
}

function isSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Repeats a name from the token only where it is one: short, and no control characters for the terminal. */
function quote(value: string): string {
  return /^[\x21-\x7E]{1,128}$/.test(value) ? `"${value}"` : 'something that is no name';
}
