import { createHmac } from 'node:crypto';
import type { Clock } from './clock.ts';
import { isSameText } from './hash.ts';

const WINDOW_MS = 120_000;

/** Server nonces for proofs from browsers whose clock is wrong (RFC 9449 §8). Valid for two to four minutes. */
export interface ProofNonces {
  issue(agent: string): string;
  accepts(agent: string, nonce: string): boolean;
}

/**
 * Stateless: a nonce is the HMAC of the agent and a two-minute window, so every node with the same `secret` knows it.
 * That a proof is used once is the business of its `jti`.
 */
export function createProofNonces({ secret, clock }: { readonly secret: Uint8Array; readonly clock: Clock }): ProofNonces {
  const make = (agent: string, window: number) =>
    createHmac('sha256', secret)
      .update(JSON.stringify(['proof-nonce', agent, window]))
      .digest('base64url');
  const now = () => Math.floor(clock() / WINDOW_MS);
  return {
    issue: (agent) => make(agent, now()),
    accepts: (agent, nonce) => [now(), now() - 1].some((window) => isSameText(nonce, make(agent, window))),
  };
}
