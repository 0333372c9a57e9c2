import type { Interrupt } from './interrupts.ts';
import type { Binding, InstanceKind, Level } from './levels.ts';

/** Who is speaking, as the server resolved it. Never taken from a message's own fields. */
export interface Participant {
  readonly level: Level;
  readonly id: string;
  readonly name?: string;
  readonly picture?: string;
}

/** The durable copy of the agent that a credential opens. `name` only for a shared one. */
export interface InstanceRef {
  readonly id: string;
  readonly kind: InstanceKind;
  readonly name?: string;
}

/** Body of `POST /v1/embed/session-tokens`. The proof stands in the `DPoP` header. */
export interface MintRequest {
  readonly embed_key: string;
  readonly user_id?: string;
  readonly identity_token?: string;
  readonly anonymous_secret?: string;
  readonly instance?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface MintResponse {
  readonly token: string;
  /** Seconds from now. Measure them on a monotonic clock. */
  readonly expires_in: number;
  readonly level: Level;
  readonly binding: Binding;
  readonly participant: Participant;
  readonly instance: InstanceRef;
  readonly limits: { readonly message_bytes: number; readonly queued_messages: number };
}

/** Answer of `GET /v1/embed/config`: what the panel shows before anybody has spoken. */
export interface EmbedConfig {
  readonly agent: string;
  readonly name: string;
  readonly greeting: string;
  readonly suggestions: readonly string[];
  /** One line under the composer or beside the name, such as "offline demo, no language model". */
  readonly badge?: string;
  readonly theme: Readonly<Record<string, string>>;
  readonly texts: Readonly<Record<string, string>>;
  readonly flags: {
    readonly soft_ids: 'shared' | 'browser' | 'refuse';
    readonly claim: 'ask' | 'never';
    readonly strict_binding: boolean;
    readonly image_origins: readonly string[];
  };
}

export interface Session {
  readonly id: string;
  readonly instance: InstanceRef;
  readonly title: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly created_at: string;
  readonly updated_at: string;
  /** Messages so far: the `seq` of the newest. */
  readonly message_count: number;
  readonly active_run: string | null;
  /** Where `GET …/events` goes on from this state of things. */
  readonly last_event_id: string;
  /** Set on a session that was taken over at sign-in: the claim that moved it. Its words are from before sign-in. */
  readonly claim_id?: string;
}

export type MessageStatus = 'complete' | 'cancelled' | 'interrupted' | 'failed';

export interface Message {
  readonly id: string;
  /** Gapless within the session, from 1. */
  readonly seq: number;
  readonly role: 'user' | 'assistant';
  /** Never empty when written: `""` is a message that its author has erased from a shared instance. */
  readonly content: string;
  readonly status: MessageStatus;
  readonly run_id: string | null;
  /** Who wrote it; `null` for the agent, and for an author who has erased their messages. */
  readonly participant: Participant | null;
  readonly created_at: string;
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
}

/** Answer of `GET /v1/sessions/{id}/messages`: the last N, oldest first; `next_cursor` goes into `before`. */
export interface MessagePage extends Page<Message> {
  readonly active_run: string | null;
  readonly last_event_id: string;
  /**
   * What the session's newest run waits for, each as its `RUN_FINISHED` told it, in any order, while it waits and only to
   * whoever can answer it; else `[]`. About the session, like `active_run`: the same on every page.
   */
  readonly interrupts: readonly Interrupt[];
}

/** A durable fact that the agent keeps about the instance's participants. */
export interface MemoryFact {
  readonly id: string;
  readonly text: string;
  readonly source_session: string | null;
  readonly source_message: string | null;
  readonly participant: Participant | null;
  readonly created_at: string;
}

/** AG-UI's token accounting: totals, and parts of them. */
export interface TokenUsage {
  readonly provider?: string;
  readonly model?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly totalTokens?: number;
}

/**
 * Body of `POST /v1/embed/claims`, with the proof of the anonymous key in the `DPoP` header (or `anonymous_secret`).
 * `preview: true` changes nothing and answers a `ClaimPreview`.
 */
export interface ClaimRequest {
  readonly preview?: boolean;
  readonly anonymous_secret?: string;
}

/** What a claim would take over: the anonymous visitor's conversations that hold at least one message. */
export interface ClaimPreview {
  readonly sessions: readonly {
    readonly id: string;
    readonly title: string;
    readonly message_count: number;
    readonly updated_at: string;
  }[];
}

/** What a claim did. The same claim again answers the same receipt. */
export interface ClaimReceipt {
  readonly id: string;
  readonly sessions: number;
  readonly messages: number;
  readonly claimed_at: string;
  /** Until then `DELETE /v1/embed/claims/{id}` takes the conversations out of the account again. */
  readonly undo_until: string;
  readonly undone_at: string | null;
}

/** Answer of `GET /v1/instance`. `participants` only for a shared one: everybody who has joined, oldest first. */
export interface Instance extends InstanceRef {
  readonly participants?: readonly Participant[];
}

export type IdentityKeyStatus = 'next' | 'active' | 'retiring' | 'revoked';

/** A key as `/v1/identity-keys` lists it. Never the secret of an HS256 key. */
export interface IdentityKeyInfo {
  readonly kid: string;
  readonly issuer: string;
  readonly alg: string;
  readonly status: IdentityKeyStatus;
  /** `config`: from the configuration file, read-only here. `jwks`: from a JWKS URL. */
  readonly source: 'config' | 'api' | 'jwks';
  readonly created_at: string | null;
}
