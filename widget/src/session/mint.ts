import type { MintRequest, MintResponse } from '@familiar/protocol';
import type { BrowserKey } from '../identity/browser-key.ts';
import type { Identity } from '../identity/identity.ts';
import { Failure, readFailure } from './failure.ts';
import { parseGrant } from './grant.ts';
import { currentIdentityToken } from './identity-token.ts';
import { proofHeader, request, type Transport } from './transport.ts';

export interface MintInput {
  readonly transport: Transport;
  readonly embedKey: string;
  readonly instance: string | null;
  readonly identity: Identity;
  readonly key: BrowserKey;
  readonly signal: AbortSignal;
}

const PATH = '/v1/embed/session-tokens';

/** Exchanges who this is, proven, for a session token (contract §4, §6). Throws `Failure`; never tries a lower level. */
export async function mint(input: MintInput): Promise<MintResponse> {
  const { identity } = input;
  if (identity.level === 'refused') throw new Failure(identity.code, { status: 400 });
  const body = await bodyOf(input);
  let response = await send(input, body, undefined);
  const nonce = response.headers.get('dpop-nonce');
  if (response.status === 401 && nonce !== null) {
    const failure = await readFailure(response);
    if (failure.code !== 'use_dpop_nonce') throw failure;
    response = await send(input, body, nonce);
  }
  if (!response.ok) throw await readFailure(response);
  const grant = parseGrant(await response.json());
  if (grant === null) throw new Failure('internal_error', { status: response.status });
  return grant;
}

async function bodyOf({ embedKey, identity, instance, key, transport }: MintInput): Promise<MintRequest> {
  const identityToken = await currentIdentityToken(identity, transport.clock);
  const userId = 'userId' in identity ? identity.userId : null;
  return {
    embed_key: embedKey,
    ...(userId === null ? {} : { user_id: userId }),
    ...(identityToken === undefined ? {} : { identity_token: identityToken }),
    ...(key.kind === 'secret' ? { anonymous_secret: key.secret } : {}),
    ...(instance === null ? {} : { instance }),
    ...(identity.attributes === null ? {} : { attributes: identity.attributes }),
  };
}

async function send({ transport, key, signal }: MintInput, body: MintRequest, nonce: string | undefined): Promise<Response> {
  const headers = await proofHeader(key, { method: 'POST', url: transport.baseUrl + PATH, nonce });
  return request(transport, PATH, { method: 'POST', body, headers, signal });
}
