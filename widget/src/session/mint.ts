import type { MintRequest, MintResponse } from '@familiar/protocol';
import type { BrowserKey } from '../identity/browser-key.ts';
import { type Identity, readClaims } from '../identity/identity.ts';
import { withLimit } from '../identity/vault.ts';
import { Failure, toFailure } from './failure.ts';
import { readGrant } from './grant.ts';
import type { SessionOptions } from './session.ts';
import { type Credentials, send, type Transport } from './transport.ts';

const PROVIDER_LIMIT_MS = 15_000;
const EXPIRY_MARGIN_S = 30;

export interface MintInput extends Credentials {
  readonly key: BrowserKey;
  readonly identity: Identity;
  /** The identity token that was asked for already. */
  readonly asked: string | null;
  readonly signal: AbortSignal;
}

/**
 * Exchanges who this is, proven, for a session token (contract §4, §6). `token` is that of an ephemeral session that goes on.
 * Throws `Failure`; never tries a lower level. A token that the page gave and the server refuses is asked for anew, once.
 */
export async function mint({ config, transport }: SessionOptions, { asked, identity, ...init }: MintInput): Promise<MintResponse> {
  const exchange = async (identityToken?: string): Promise<MintResponse> => {
    const { embedKey, instance } = config();
    const body: MintRequest = {
      embed_key: embedKey,
      user_id: identity.userId ?? undefined,
      identity_token: identityToken,
      anonymous_secret: init.key.pair ? undefined : init.key.secret,
      instance: instance ?? undefined,
      attributes: identity.attributes ?? undefined,
    };
    return readGrant(await (await send(transport, '/v1/embed/session-tokens', { ...init, method: 'POST', body })).json());
  };
  if (identity.level === 'refused') throw new Failure(identity.code, { status: 400 });
  if (identity.level !== 'verified') return exchange();
  const given = asked ?? givenToken(identity, transport);
  try {
    return await exchange(given ?? (await askIdentityToken(identity, transport)));
  } catch (error) {
    const mayAsk = given !== null && given === identity.identityToken && identity.getIdentityToken !== null;
    if (!mayAsk || !toFailure(error).code.startsWith('token_')) throw error;
    return exchange(await askIdentityToken(identity, transport));
  }
}

/** The page's token, unless it is within 30 s of expiry and another can be had. */
export function givenToken({ identityToken, getIdentityToken }: Identity, { clock }: Transport): string | null {
  if (getIdentityToken === null) return identityToken ?? '';
  return Number(readClaims(identityToken).exp) - clock.unixSeconds() > EXPIRY_MARGIN_S ? identityToken : null;
}

/** A fresh identity token from the page. Kept nowhere. Fails with `identity_token_unavailable` when it throws or takes 15 s. */
export async function askIdentityToken({ getIdentityToken }: Identity, { clock }: Transport): Promise<string> {
  try {
    const asked = Promise.resolve(getIdentityToken?.());
    const token = await withLimit(asked, PROVIDER_LIMIT_MS, clock);
    if (typeof token === 'string') return token;
  } catch {
    // What the page's function threw is the page's affair and may hold a secret.
  }
  throw new Failure('identity_token_unavailable');
}
