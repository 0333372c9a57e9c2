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
];
