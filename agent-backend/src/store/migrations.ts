export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/**
 * Applied in order, under a lock, each in one transaction. A migration that has been released is never edited.
 * Every key of an instance's rows begins with the agent and the instance: no query can be written without them (R13).
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    name: 'foundation',
    statements: [
      `CREATE TABLE instances (
        agent TEXT NOT NULL, instance TEXT NOT NULL, kind TEXT NOT NULL, name TEXT,
        created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL,
        PRIMARY KEY (agent, instance))`,
      `CREATE TABLE sessions (
        agent TEXT NOT NULL, instance TEXT NOT NULL, session TEXT NOT NULL,
        title TEXT NOT NULL, metadata TEXT NOT NULL,
        last_seq BIGINT NOT NULL, last_pos BIGINT NOT NULL, last_event TEXT, active_run TEXT,
        created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
        PRIMARY KEY (agent, instance, session))`,
      `CREATE INDEX sessions_by_update ON sessions (agent, instance, updated_at)`,
      `CREATE TABLE messages (
        agent TEXT NOT NULL, instance TEXT NOT NULL, session TEXT NOT NULL, seq BIGINT NOT NULL,
        message TEXT NOT NULL, run TEXT, role TEXT NOT NULL, content TEXT NOT NULL, status TEXT NOT NULL,
        participant TEXT, created_at BIGINT NOT NULL,
        PRIMARY KEY (agent, instance, session, seq))`,
      `CREATE UNIQUE INDEX messages_by_id ON messages (agent, instance, session, message)`,
      `CREATE TABLE runs (
        agent TEXT NOT NULL, instance TEXT NOT NULL, session TEXT NOT NULL, run TEXT NOT NULL,
        status TEXT NOT NULL, fingerprint TEXT NOT NULL, participant TEXT NOT NULL,
        owner TEXT NOT NULL, lease_until BIGINT NOT NULL, last_seq BIGINT NOT NULL, usage TEXT,
        started_at BIGINT NOT NULL, ended_at BIGINT,
        PRIMARY KEY (agent, instance, session, run))`,
      `CREATE INDEX runs_by_status ON runs (status, lease_until)`,
      `CREATE TABLE events (
        agent TEXT NOT NULL, instance TEXT NOT NULL, session TEXT NOT NULL, pos BIGINT NOT NULL,
        stream TEXT NOT NULL, seq BIGINT NOT NULL, data TEXT NOT NULL, created_at BIGINT NOT NULL,
        PRIMARY KEY (agent, instance, session, pos))`,
      `CREATE UNIQUE INDEX events_by_stream ON events (agent, instance, session, stream, seq)`,
      `CREATE INDEX events_by_age ON events (created_at)`,
      `CREATE TABLE memories (
        agent TEXT NOT NULL, instance TEXT NOT NULL, memory TEXT NOT NULL, fact TEXT NOT NULL,
        session TEXT, message TEXT, participant TEXT, created_at BIGINT NOT NULL,
        PRIMARY KEY (agent, instance, memory))`,
      `CREATE TABLE proofs (
        agent TEXT NOT NULL, jti TEXT NOT NULL, expires_at BIGINT NOT NULL,
        PRIMARY KEY (agent, jti))`,
      `CREATE INDEX proofs_by_expiry ON proofs (expires_at)`,
      `CREATE TABLE token_bindings (
        agent TEXT NOT NULL, jti TEXT NOT NULL, holder TEXT NOT NULL, expires_at BIGINT NOT NULL,
        PRIMARY KEY (agent, jti))`,
      `CREATE INDEX token_bindings_by_expiry ON token_bindings (expires_at)`,
      `CREATE TABLE revoked_tokens (
        agent TEXT NOT NULL, token TEXT NOT NULL, expires_at BIGINT NOT NULL,
        PRIMARY KEY (agent, token))`,
      `CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at)`,
    ],
  },
  {
    id: 2,
    name: 'identity keys',
    statements: [
      // A row without jwk revokes a key of the configuration file or of a JWKS URL. Revoked rows stay: a kid never comes back.
      `CREATE TABLE identity_keys (
        agent TEXT NOT NULL, kid TEXT NOT NULL, source TEXT NOT NULL, issuer TEXT NOT NULL, alg TEXT NOT NULL,
        jwk TEXT, thumbprint TEXT, status TEXT NOT NULL, retired_at BIGINT,
        created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL,
        PRIMARY KEY (agent, kid))`,
      `CREATE TABLE identity_key_audit (
        agent TEXT NOT NULL, kid TEXT NOT NULL, number BIGINT NOT NULL,
        action TEXT NOT NULL, actor TEXT NOT NULL, created_at BIGINT NOT NULL,
        PRIMARY KEY (agent, kid, number))`,
    ],
  },
  {
    id: 3,
    name: 'claims and participants',
    statements: [
      // An instance that nobody may open again. `erase_at`: when what is left in it goes; `expires_at`: when this row goes.
      `CREATE TABLE tombstones (
        agent TEXT NOT NULL, instance TEXT NOT NULL, reason TEXT NOT NULL, created_at BIGINT NOT NULL,
        erase_at BIGINT, expires_at BIGINT,
        PRIMARY KEY (agent, instance))`,
      `CREATE INDEX tombstones_by_erasure ON tombstones (erase_at)`,
      `CREATE INDEX tombstones_by_expiry ON tombstones (expires_at)`,
      // `instance` is the account that took over, `source` the anonymous instance.
      `CREATE TABLE claims (
        agent TEXT NOT NULL, instance TEXT NOT NULL, claim TEXT NOT NULL, source TEXT NOT NULL,
        sessions BIGINT NOT NULL, messages BIGINT NOT NULL,
        claimed_at BIGINT NOT NULL, undo_until BIGINT NOT NULL, undone_at BIGINT,
        PRIMARY KEY (agent, instance, claim))`,
      `CREATE UNIQUE INDEX claims_by_source ON claims (agent, source)`,
      `ALTER TABLE sessions ADD COLUMN claim TEXT`,
      `CREATE INDEX instances_by_use ON instances (kind, seen_at)`,
      `CREATE TABLE participants (
        agent TEXT NOT NULL, instance TEXT NOT NULL, level TEXT NOT NULL, participant TEXT NOT NULL,
        name TEXT, picture TEXT, joined_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, removed_at BIGINT,
        PRIMARY KEY (agent, instance, level, participant))`,
    ],
  },
  {
    id: 4,
    name: 'interrupts',
    statements: [
      // A tool call that waits for a fresh sign-in. Single use: answering it, or going on without it, deletes the row.
      `CREATE TABLE interrupts (
        agent TEXT NOT NULL, instance TEXT NOT NULL, session TEXT NOT NULL, interrupt TEXT NOT NULL,
        run TEXT NOT NULL, participant TEXT NOT NULL, wait TEXT NOT NULL, continuation TEXT NOT NULL, expires_at BIGINT NOT NULL,
        PRIMARY KEY (agent, instance, session, interrupt))`,
      `CREATE INDEX interrupts_by_expiry ON interrupts (expires_at)`,
    ],
  },
];
