import type { MintRequest, MintResponse } from '@familiar/protocol';
import type { StepUp } from '../config/config.ts';
import { or } from '../config/own.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
import type { Identity } from '../identity/identity.ts';
import { readClaims } from '../identity/token-claims.ts';
import { withLimit } from '../identity/vault.ts';
import { Failure, toFailure } from './failure.ts';
import { readGrant } from './grant.ts';
import { prove, type Transport } from './transport.ts';

export interface MintInput {
  readonly transport: Transport;
  readonly embedKey: string;
  readonly instance: string | null;
  readonly identity: Identity;
  readonly key: BrowserKey;
  /** The identity token that was asked for already. */
  readonly asked?: string | undefined;
  /** The token of an ephemeral session that goes on. */
  readonly renews?: string | undefined;
  readonly signal: AbortSignal;
}

const PROVIDER_LIMIT_MS = 15_000;
/** Somebody types a password, or looks for their phone. */
const SIGN_IN_LIMIT_MS = 300_000;
const EXPIRY_MARGIN_S = 30;

/**
 * Exchanges who this is, proven, for a session token (contract §4, §6). Throws `Failure`; never tries a lower level.
 * A token that the page gave and the server refuses is asked for anew, once.
 */
export async function mint(input: MintInput): Promise<MintResponse> {
  const { identity, transport } = input;
  if (identity.level === 'refused') throw new Failure(identity.code, { status: 400 });
  if (identity.level !== 'verified') return exchange(input);
  const { identityToken, getIdentityToken } = identity;
  const given = input.asked ?? givenToken(identity, transport);
  if (given === null) return exchange(input, await askIdentityToken(identity, transport));
  try {
    return await exchange(input, given);
  } catch (error) {
    if (getIdentityToken === null || given !== identityToken || !toFailure(error).code.startsWith('token_')) throw error;
    return exchange(input, await askIdentityToken(identity, transport));
  }
}

/** The page's token, unless it is within 30 s of expiry and another can be had. */
export function givenToken(identity: Identity & { level: 'verified' }, { clock }: Transport): string | null {
  const { identityToken, getIdentityToken } = identity;
  if (getIdentityToken === null) return identityToken ?? '';
  return Number(readClaims(identityToken).exp) - clock.unixSeconds() > EXPIRY_MARGIN_S ? identityToken : null;
}

/** A fresh identity token from the page. Kept nowhere. Fails with `identity_token_unavailable` when it throws or takes 15 s; a sign-in for `stepUp`, 5 minutes. */
export async function askIdentityToken(
  { getIdentityToken }: Identity & { level: 'verified' },
  { clock }: Transport,
  stepUp?: StepUp,
): Promise<string> {
  try {
    const asked = Promise.resolve(getIdentityToken?.(stepUp && { stepUp }));
    const token = await withLimit(asked, stepUp ? SIGN_IN_LIMIT_MS : PROVIDER_LIMIT_MS, clock);
    if (typeof token === 'string') return token;
  } catch {
    // What the page's function threw is the page's affair and may hold a secret.
  }
  throw new Failure('identity_token_unavailable');
}

async function exchange(input: MintInput, identityToken?: string): Promise<MintResponse> {
  const { embedKey, identity, instance, key, renews, signal } = input;
  const body: MintRequest = {
    embed_key: embedKey,
    ...(identity.userId === null ? {} : { user_id: identity.userId }),
    ...(identityToken === undefined ? {} : { identity_token: identityToken }),
    ...(key.kind === 'key' ? {} : { anonymous_secret: key.secret }),
    ...(instance === null ? {} : { instance }),
    ...(identity.attributes === null ? {} : { attributes: identity.attributes }),
  };
  const headers: Record<string, string> = renews === undefined ? {} : { authorization: `Bearer ${renews}` };
  const response = await prove(input, '/v1/embed/session-tokens', { method: 'POST', body, headers, signal });
  const grant = or(readGrant, null)(await response.json());
  if (grant === null) throw new Failure('internal_error', { status: response.status });
  return grant;
}
