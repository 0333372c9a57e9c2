import { randomBytes } from 'node:crypto';
import { type ErrorCode, LIMITS, type MintResponse } from '@familiar/protocol';
import { type Holder, holderOfKey, holderOfSecret } from '../identity/anonymous-secret.ts';
import type { Clock } from '../identity/clock.ts';
import type { EmbedKey, EmbedKeys } from '../identity/embed-keys.ts';
import { type IdentityClaims, withoutUndefined } from '../identity/identity-claims.ts';
import { IdentityError } from '../identity/identity-error.ts';
import type { IdentityKeys } from '../identity/identity-keys.ts';
import { verifyIdentityToken } from '../identity/identity-token.ts';
import { isAllowedOrigin } from '../identity/origins.ts';
import type { ProofNonces } from '../identity/proof-nonce.ts';
import { verifyProof } from '../identity/proof.ts';
import type { SessionTokens } from '../identity/session-token.ts';
import { bindToken } from '../identity/token-binding.ts';
import type { Store } from '../store/store.ts';
import { continueEphemeral } from './continue-ephemeral.ts';
import { type MintBody, parseMintBody } from './mint-request.ts';
import { type IdentitySettings, resolve, type Resolved } from './resolve.ts';
import { checkAdmission } from './standing.ts';
import { touchInstance } from './touch.ts';

export interface MintDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly embedKeys: EmbedKeys;
  readonly identityKeys: IdentityKeys;
  readonly sessionTokens: SessionTokens;
  readonly nonces: ProofNonces;
  /** Settings of `org/agent`; `null` if there is no such agent. */
  readonly findAgent: (name: string) => MintAgent | null;
}

export interface MintAgent extends IdentitySettings {
  /** Defaults of `LIMITS`. */
  readonly messageBytes?: number;
  readonly queuedMessages?: number;
}

export interface MintCall {
  /** Parsed JSON, not yet looked at. */
  readonly body: unknown;
  readonly method: string;
  /** Absolute, as the browser sees it. */
  readonly url: string;
  /** Raw headers; `null` where there is none. */
  readonly origin: string | null;
  readonly proof: string | null;
  /** A session token, valid or not long expired, to go on with an ephemeral session. */
  readonly authorization: string | null;
}

/** `nonce` comes with `use_dpop_nonce`, for the `DPoP-Nonce` header. */
export interface IdentityProblem {
  readonly kind: 'problem';
  readonly code: ErrorCode;
  readonly detail: string;
  readonly nonce: string | null;
}

export type MintResult = { readonly kind: 'minted'; readonly response: MintResponse } | IdentityProblem;

/**
 * The one way to a session token (contract §4, §6). A refused mint never yields another level (R6) and leaves no trace but a
 * used-up proof; a granted one writes no instance and no session either (R12).
 * Resolves to a problem for whatever the caller did wrong; rejects with `StoreError` if the store is away.
 */
export function createMint(deps: MintDeps): (call: MintCall) => Promise<MintResult> {
  return async (call) => {
    try {
      return { kind: 'minted', response: await mint(deps, call) };
    } catch (error) {
      return toProblem(error);
    }
  };
}

/** `IdentityError` → its value; anything else is thrown on. */
export function toProblem(error: unknown): IdentityProblem {
  if (!(error instanceof IdentityError)) throw error;
  return { kind: 'problem', code: error.code, detail: error.message, nonce: error.nonce };
}

async function mint(deps: MintDeps, call: MintCall): Promise<MintResponse> {
  const body = parseMintBody(call.body);
  const embedKey = admit(deps, body, call);
  const agent = deps.findAgent(embedKey.agent);
  if (agent === null) throw new IdentityError('unknown_embed_key', 'No agent stands behind this embed key.');
  const claims = await readIdentityToken(deps, body, agent.name);
  const holder = await readHolder(deps, { body, call, embedKey });
  const input = { agent, claims, userId: body.userId, instance: body.instance, holder, freshPart: randomBytes(16).toString('base64url') };
  const resolved = resolve(input);
  checkLevel(resolved, embedKey);
  if (claims !== null) await bindToken(deps.store, { agent: agent.name, claims, holder: holder.holder, clock: deps.clock });
  const { participant, instance } = await continueEphemeral(deps, {
    authorization: call.authorization,
    holder,
    resolved,
    agent: agent.name,
  });
  await checkAdmission(deps.store, { agent: agent.name, participant, instance });
  await touchInstance(deps.store, { agent: agent.name, instance: instance.id }, deps.clock());
  const { token, expiresInS } = await deps.sessionTokens.sign({
    agent: agent.name,
    participant,
    instance,
    embedKey: embedKey.key,
    binding: holder.binding,
    holder: holder.holder,
    identityKey: claims?.kid ?? null,
    stepUp: claims?.stepUp,
    attributes: withoutUndefined({ signed: claims?.attributes, claimed: body.attributes }),
  });
  const limits = {
    message_bytes: agent.messageBytes ?? LIMITS.messageBytes,
    queued_messages: agent.queuedMessages ?? LIMITS.queuedMessages,
  };
  return { token, expires_in: expiresInS, level: participant.level, binding: holder.binding, participant, instance, limits };
}

function admit(deps: MintDeps, body: MintBody, call: MintCall): EmbedKey {
  const key = deps.embedKeys.find(body.embedKey);
  if (key === null)
    throw new IdentityError('unknown_embed_key', 'This embed key is not known here. Compare it with the backend configuration.');
  if (!key.enabled) throw new IdentityError('embed_key_disabled', 'This embed key is disabled.');
  if (isAllowedOrigin(call.origin, key.origins)) return key;
  throw new IdentityError(
    'origin_not_allowed',
    "The page's origin is not on this embed key's list. Add it exactly: scheme, host and port.",
  );
}

async function readIdentityToken(deps: MintDeps, body: MintBody, agent: string): Promise<IdentityClaims | null> {
  if (body.identityToken === undefined) return null;
  return verifyIdentityToken(body.identityToken, { agent, keys: deps.identityKeys, clock: deps.clock });
}

interface HolderInput {
  readonly body: MintBody;
  readonly call: MintCall;
  readonly embedKey: EmbedKey;
}

async function readHolder(deps: MintDeps, { body, call, embedKey }: HolderInput): Promise<Holder> {
  if (call.proof !== null) {
    if (body.anonymousSecret !== undefined) {
      throw new IdentityError('malformed_body', 'Send a DPoP proof or an anonymous_secret, not both.');
    }
    return holderOfKey(await verifyProof(call.proof, { ...deps, agent: embedKey.agent, method: call.method, url: call.url }));
  }
  if (body.anonymousSecret === undefined)
    throw new IdentityError('invalid_proof', "The DPoP header with the proof of the browser's key is missing.");
  if (embedKey.strictBinding)
    throw new IdentityError('invalid_proof', 'This embed key asks for a DPoP proof; an anonymous_secret is not enough.');
  return holderOfSecret(body.anonymousSecret);
}

function checkLevel({ participant }: Resolved, { minLevel }: EmbedKey): void {
  const accepted = { anonymous: ['anonymous', 'soft', 'verified', 'ephemeral'], soft: ['soft', 'verified'], verified: ['verified'] }[
    minLevel
  ];
  if (accepted.includes(participant.level)) return;
  throw new IdentityError('identity_required', `This embed key asks for a visitor who is at least ${minLevel}. Call identify() first.`);
}
