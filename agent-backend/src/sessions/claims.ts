import type { ClaimPreview } from '@familiar/protocol';
import { type Holder, holderOfKey, holderOfSecret } from '../identity/anonymous-secret.ts';
import type { Clock } from '../identity/clock.ts';
import type { EmbedKeys } from '../identity/embed-keys.ts';
import { IdentityError } from '../identity/identity-error.ts';
import type { ParticipantPrincipal, Principal, Scope } from '../identity/principal.ts';
import type { ProofNonces } from '../identity/proof-nonce.ts';
import { verifyProof } from '../identity/proof.ts';
import { instanceId } from '../instance/instance-id.ts';
import type { Store } from '../store/store.ts';
import { type Claimed, claimSessions, previewClaim, undoClaim } from './claim.ts';

export interface ClaimsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly embedKeys: EmbedKeys;
  readonly nonces: ProofNonces;
  /** The agent's setting `claim`; `never` for an agent that is not there. */
  readonly claimSetting: (agent: string) => 'ask' | 'never';
}

export interface ClaimCall {
  readonly principal: Principal;
  readonly preview: boolean;
  /** `undefined` means absent. */
  readonly anonymousSecret: unknown;
  readonly method: string;
  /** Absolute, as the browser sees it. */
  readonly url: string;
  /** The `DPoP` header; `null` where there is none. */
  readonly proof: string | null;
}

export interface Claims {
  /**
   * `POST /v1/embed/claims` (contract §5). Throws `IdentityError` `identity_required`, `claim_not_allowed`, `invalid_proof`,
   * `use_dpop_nonce`, `malformed_body` or `gone`.
   */
  claim(call: ClaimCall): Promise<Claimed | { readonly kind: 'preview'; readonly preview: ClaimPreview }>;
  /** `DELETE /v1/embed/claims/{id}`; `null` if this account has no such claim. Throws as `claim`. */
  undo(principal: Principal, claim: string): Promise<Claimed | null>;
}

export function createClaims(deps: ClaimsDeps): Claims {
  const { store, clock } = deps;
  return {
    async claim(call) {
      const account = requireAccount(deps, call.principal);
      const { anonymousId } = await proveBrowser(deps, { ...call, account });
      const { agent } = account;
      const source: Scope = { agent, instance: instanceId({ agent, kind: 'anonymous', parts: [anonymousId] }) };
      const target: Scope = { agent, instance: account.instance.id };
      if (call.preview) return { kind: 'preview', preview: await previewClaim(store, { source, target }) };
      return store.transaction((tx) => claimSessions(tx, { source, target, now: clock() }));
    },
    async undo(principal, claim) {
      // The setting decides over new claims alone: what was taken can always be given back.
      const { agent, instance } = requireVerified(principal);
      return store.transaction((tx) => undoClaim(tx, { target: { agent, instance: instance.id }, claim, now: clock() }));
    },
  };
}

/** A conversation is moved into the account of one verified person: neither into a shared instance nor into one that is not kept. */
function requireVerified(principal: Principal): ParticipantPrincipal {
  if (principal.kind !== 'participant' || principal.participant.level !== 'verified')
    throw new IdentityError('identity_required', 'Only a visitor who is signed in can take a conversation along. Call identify() first.');
  if (principal.instance.kind === 'verified') return principal;
  throw new IdentityError('claim_not_allowed', "A conversation can be taken into one's own account only.");
}

function requireAccount({ claimSetting }: ClaimsDeps, principal: Principal): ParticipantPrincipal {
  const account = requireVerified(principal);
  if (claimSetting(account.agent) === 'ask') return account;
  throw new IdentityError('claim_not_allowed', 'This agent keeps anonymous conversations apart from accounts.');
}

interface ProofCall extends Pick<ClaimCall, 'anonymousSecret' | 'method' | 'url' | 'proof'> {
  readonly account: ParticipantPrincipal;
}

/** The anonymous visitor was this very browser: the key that is proven is the one that the session token is bound to. */
async function proveBrowser(deps: ClaimsDeps, call: ProofCall): Promise<Holder> {
  const { account } = call;
  const holder = await readHolder(deps, call);
  if (holder.binding === account.binding && holder.holder === account.holder) return holder;
  throw new IdentityError('invalid_proof', "The proof is of another browser key than the session token's.");
}

async function readHolder(deps: ClaimsDeps, { account, anonymousSecret, method, url, proof }: ProofCall): Promise<Holder> {
  const { agent, embedKey, holder } = account;
  if (proof === null) {
    if (anonymousSecret !== undefined) return holderOfSecret(anonymousSecret);
    throw new IdentityError('invalid_proof', "The DPoP header with the proof of the browser's key is missing.");
  }
  if (anonymousSecret !== undefined) throw new IdentityError('malformed_body', 'Send a DPoP proof or an anonymous_secret, not both.');
  // With strict binding the guard has checked, and used up, this very proof against the token's holder.
  if (deps.embedKeys.find(embedKey)?.strictBinding === true) return holderOfKey(holder);
  return holderOfKey(await verifyProof(proof, { ...deps, agent, method, url }));
}
