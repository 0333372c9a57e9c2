import type { Binding, InstanceRef, Participant } from '@familiar/protocol';

/** Which rows a request may touch: nothing outside this agent's instance (R13). */
export interface Scope {
  /** `org/agent`. */
  readonly agent: string;
  /** `inst_…`, made by `instanceId()` alone. */
  readonly instance: string;
}

/** Who is calling, after the guard. No code behind it sees a token. */
export type Principal =
  | {
      readonly kind: 'participant';
      readonly agent: string;
      readonly participant: Participant;
      readonly instance: InstanceRef;
      /** Id of the session token, for revocation. */
      readonly tokenId: string;
      readonly expiresAtMs: number;
      readonly embedKey: string;
      readonly binding: Binding;
      /** RFC 7638 thumbprint of the browser's key, or the hash of its bearer secret. */
      readonly holder: string;
      /** `kid` of the identity key that vouched, for a verified participant. */
      readonly identityKey: string | null;
    }
  | {
      /** A customer's server with a secret key; it names the instance in each call. */
      readonly kind: 'server';
      readonly agent: string;
      readonly keyName: string;
    };
