import type { MintRequest, MintResponse } from '@familiar/protocol';
import { text } from '../config/own.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
import { type Identity, readClaims } from '../identity/identity.ts';
import { withLimit } from '../identity/vault.ts';
import { Failure, toFailure } from './failure.ts';
import { readGrant } from './grant.ts';
import type { SessionOptions } from './session.ts';
import { type Credentials, limit, send, type Transport } from './transport.ts';

const PROVIDER_LIMIT_MS = 15_000;
const EXPIRY_MARGIN_S = 30;

export interface MintInput extends Credentials {
  readonly key: BrowserKey;
  readonly identity: Identity;
  readonly identityToken: string | null;
}

/**
 * Exchanges who this is, proven, for a session token (contract §4, §6). `token` is that of an ephemeral session that goes on.
 * Throws `Failure`; never tries a lower level. A token that the page gave and the server refuses is asked for anew, once.
 */
export async function mint(options: SessionOptions, input: MintInput): Promise<MintResponse> {
  const { config, life, transport } = options;
  const { identity, identityToken, key, token } = input;
  const { embedKey, instance } = config();
  const body: MintRequest = {
    embed_key: embedKey,
    user_id: identity.userId ?? undefined,
    identity_token: identityToken ?? undefined,
    anonymous_secret: key.pair ? undefined : key.secret,
    instance: instance ?? undefined,
    attributes: identity.attributes ?? undefined,
  };
  try {
    const init = { key, token, method: 'POST', body, signal: limit(life) } as const;
    return readGrant(await (await send(transport, '/v1/embed/session-tokens', init)).json());
  } catch (error) {
    if (identityToken !== identity.identityToken || !identity.getIdentityToken || !toFailure(error).code.startsWith('token_')) throw error;
    const asking = { ...identity, identityToken: null };
    return mint(options, { ...input, identity: asking, identityToken: await identityTokenOf(asking, transport) });
  }
}

/**
 * The page's identity token, or a fresh one, kept nowhere, where it is within 30 s of expiry and another can be had. Fails with
 * `identity_token_unavailable` when the page throws or takes 15 s.
 */
export async function identityTokenOf({ identityToken, getIdentityToken }: Identity, { clock }: Transport): Promise<string> {
  if (!getIdentityToken || Number(readClaims(identityToken).exp) - clock.unixSeconds() > EXPIRY_MARGIN_S) return identityToken ?? '';
  try {
    return text(await withLimit(Promise.resolve(getIdentityToken()), PROVIDER_LIMIT_MS, clock));
  } catch {
    // What the page's function threw is the page's affair and may hold a secret.
    throw new Failure('identity_token_unavailable');
  }
}
