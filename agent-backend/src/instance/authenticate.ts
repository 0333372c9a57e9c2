import { bearerToken } from '../identity/bearer.ts';
import type { Clock } from '../identity/clock.ts';
import type { EmbedKeys } from '../identity/embed-keys.ts';
import { IdentityError } from '../identity/identity-error.ts';
import { isAllowedOrigin } from '../identity/origins.ts';
import type { ParticipantPrincipal, Principal } from '../identity/principal.ts';
import type { ProofNonces } from '../identity/proof-nonce.ts';
import { verifyProof } from '../identity/proof.ts';
import type { SecretKeys } from '../identity/secret-keys.ts';
import type { SessionTokens } from '../identity/session-token.ts';
import type { Store } from '../store/store.ts';
import { type IdentityProblem, toProblem } from './mint.ts';
import { checkStanding } from './standing.ts';

export interface AuthenticateDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly embedKeys: EmbedKeys;
  readonly secretKeys: SecretKeys;
  readonly sessionTokens: SessionTokens;
  readonly nonces: ProofNonces;
}

export interface AuthenticateCall {
  readonly method: string;
  /** Absolute, as the browser sees it. */
  readonly url: string;
  /** Raw headers; `null` where there is none. */
  readonly authorization: string | null;
  readonly origin: string | null;
  readonly proof: string | null;
}

/**
 * Who calls: a session token or a secret key, by the form of the bearer credential.
 * Resolves to a problem: `missing_credential`, `invalid_credential`, `session_token_expired`, `session_token_revoked`,
 * `participant_removed`, `embed_key_disabled`, `origin_not_allowed`, and with `strictBinding` `invalid_proof` or `use_dpop_nonce`.
 * Rejects with `StoreError` if the store is away: identity fails closed.
 */
export function createAuthenticate(deps: AuthenticateDeps): (call: AuthenticateCall) => Promise<Principal | IdentityProblem> {
  return async (call) => {
    try {
      return await authenticate(deps, call);
    } catch (error) {
      return toProblem(error);
    }
  };
}

async function authenticate(deps: AuthenticateDeps, call: AuthenticateCall): Promise<Principal> {
  if (call.authorization === null)
    throw new IdentityError('missing_credential', 'Send "Authorization: Bearer" with a session token or a secret key.');
  const credential = bearerToken(call.authorization);
  if (credential === null) throw new IdentityError('invalid_credential', 'The Authorization header is not "Bearer" and one token.');
  if (credential.startsWith('sk_')) return authenticateServer(deps.secretKeys, credential);
  const principal = await deps.sessionTokens.verify(credential);
  await checkEmbedKey(deps, { principal, call, credential });
  await checkStanding(deps.store, principal);
  return principal;
}

function authenticateServer(secretKeys: SecretKeys, credential: string): Principal {
  const key = secretKeys.find(credential);
  if (key === null) throw new IdentityError('invalid_credential', 'This secret key is not known here.');
  return { kind: 'server', agent: key.agent, keyName: key.name };
}

interface TokenUse {
  readonly principal: ParticipantPrincipal;
  readonly call: AuthenticateCall;
  readonly credential: string;
}

/** An embed key that was disabled or fenced off since the mint ends its sessions too. */
async function checkEmbedKey(deps: AuthenticateDeps, { principal, call, credential }: TokenUse): Promise<void> {
  const key = deps.embedKeys.find(principal.embedKey);
  if (key === null || key.agent !== principal.agent || !key.enabled) {
    throw new IdentityError('embed_key_disabled', "The session token's embed key is disabled.");
  }
  if (call.origin !== null && !isAllowedOrigin(call.origin, key.origins)) {
    throw new IdentityError(
      'origin_not_allowed',
      "The page's origin is not on the embed key's list. Add it exactly: scheme, host and port.",
    );
  }
  if (!key.strictBinding) return;
  const thumbprint = await verifyProof(call.proof, {
    ...deps,
    agent: key.agent,
    method: call.method,
    url: call.url,
    accessToken: credential,
  });
  if (principal.binding === 'dpop' && thumbprint === principal.holder) return;
  throw new IdentityError('invalid_proof', "The DPoP proof was made with another key than the session token's.");
}
