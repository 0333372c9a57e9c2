import type { Binding, InstanceRef, Participant } from '@familiar/protocol';

/** Which rows a request may touch: nothing outside this agent's instance (R13). */
export interface Scope {
  /** `org/agent`. */
  readonly agent: string;
  /** `inst_…`, made by `instanceId()` alone. */
  readonly instance: string;
}

/** Step-up facts of OpenID Connect: when (seconds since 1970) and how the user last proved who they are. */
export interface StepUp {
  readonly authTime?: number;
  readonly amr?: readonly string[];
  readonly acr?: string;
}

/** Advisory facts about the participant (R8). Signed ones come from the identity token and win. */
export interface Attributes {
  readonly signed?: Readonly<Record<string, unknown>>;
  readonly claimed?: Readonly<Record<string, unknown>>;
}

/** A browser that holds a session token. */
export interface ParticipantPrincipal {
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
  readonly stepUp?: StepUp;
  readonly attributes?: Attributes;
}

/** A customer's server with a secret key; it names the instance in each call. */
export interface ServerPrincipal {
  readonly kind: 'server';
  readonly agent: string;
  readonly keyName: string;
}

/** Who is calling, after the guard. No code behind it sees a token. */
export type Principal = ParticipantPrincipal | ServerPrincipal;
