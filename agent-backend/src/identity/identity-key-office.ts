import type { IdentityKeyInfo, IdentityKeyStatus } from '@familiar/protocol';
import { type Sql, type Store, StoreError } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { IdentityError } from './identity-error.ts';
import { type IdentityKey, importPublicJwk, isKid, publicMembers, type PublicJwk } from './identity-key.ts';
import {
  type AuditAction,
  type IdentityKeyAudit,
  type IdentityKeyRow,
  describeRow,
  insertKeyAudit,
  insertKeyRow,
  readAgentKeyRows,
  readKeyAudit,
  readKeyRow,
  updateKeyStatus,
} from './identity-key-rows.ts';

/** Of one agent, those that are not revoked. A rotation needs two. */
const MOST_LIVE_KEYS = 20;

export interface NewIdentityKey {
  readonly issuer: string;
  /** Public, with its `kid`. */
  readonly jwk: PublicJwk;
  /** Default `active`. */
  readonly status?: 'next' | 'active';
}

/** What the owner may do with keys at run time. Every act is written down with the name of the secret key that did it. */
export interface IdentityKeyOffice {
  /** Throws `IdentityError` `unprocessable`: not a public signing key, a kid that is or was taken, a revoked key's numbers, too many. */
  add(agent: string, key: NewIdentityKey, actor: string): Promise<IdentityKeyInfo>;
  /**
   * `active`, `retiring` and `revoked` for a key that was added by API; `revoked` alone for the others. A revoked key stays so.
   * The same status again changes nothing. Throws `IdentityError` `not_found` or `unprocessable`.
   */
  changeStatus(
    agent: string,
    kid: string,
    change: { readonly status: IdentityKeyStatus; readonly actor: string },
  ): Promise<IdentityKeyInfo>;
  /** Oldest first; empty for a kid that nobody touched at run time. */
  audit(agent: string, kid: string): Promise<readonly IdentityKeyAudit[]>;
}

export interface IdentityKeyOfficeDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Among the keys that are not in the store. */
  readonly findElsewhere: (agent: string, kid: string) => Promise<{ readonly key: IdentityKey; readonly source: 'config' | 'jwks' } | null>;
  /** Called after every change. */
  readonly onChange: () => void;
}

export function createIdentityKeyOffice(deps: IdentityKeyOfficeDeps): IdentityKeyOffice {
  const { store, clock, findElsewhere, onChange } = deps;
  return {
    async add(agent, key, actor) {
      const row = await readNewKey(agent, key, clock());
      // A key set that is away cannot be asked; a kid of its that is added here then stands before it, as the owner said.
      const elsewhere = await findElsewhere(agent, row.kid).catch(orNothing);
      if (elsewhere !== null) throw takenKid();
      await store.transaction((sql) => insert(sql, row, actor)).catch(explainConflict);
      onChange();
      return describeRow(row);
    },
    async changeStatus(agent, kid, { status, actor }) {
      // What cannot be a kid does not reach the store, which may know no NUL.
      if (!isKid(kid)) throw unknownKid();
      const row = await readKeyRow(store, agent, kid);
      const changed =
        row === null
          ? await bury(deps, { agent, kid, status, actor })
          : await store.transaction((sql) => change(sql, row, { status, actor, atMs: clock() }));
      onChange();
      return describeRow(changed);
    },
    audit: async (agent, kid) => (isKid(kid) ? readKeyAudit(store, agent, kid) : []),
  };
}

async function readNewKey(agent: string, { issuer, jwk, status = 'active' }: NewIdentityKey, nowMs: number): Promise<IdentityKeyRow> {
  if (jwk['kty'] === 'oct') {
    throw new IdentityError(
      'unprocessable',
      'A shared secret is not taken over the API, where it would be stored and seen. Put an HS256 secret into the configuration file, or better: sign with ES256 and send the public key.',
    );
  }
  const { kid, alg, thumbprint } = await importPublicJwk(jwk, { issuer }).catch((error: unknown) => {
    throw error instanceof TypeError ? new IdentityError('unprocessable', error.message) : error;
  });
  const text = JSON.stringify(publicMembers(jwk));
  return { agent, kid, source: 'api', issuer, alg, jwk: text, thumbprint, status, retiredAtMs: null, createdAtMs: nowMs };
}

async function insert(sql: Sql, row: IdentityKeyRow, actor: string): Promise<void> {
  const rows = await readAgentKeyRows(sql, row.agent);
  if (rows.some(({ kid }) => kid === row.kid)) throw takenKid();
  if (rows.some(({ thumbprint }) => thumbprint === row.thumbprint)) {
    throw new IdentityError(
      'unprocessable',
      'This key is or was registered under another kid. Make a new one: a revoked key never comes back.',
    );
  }
  if (rows.filter(({ status }) => status !== 'revoked').length >= MOST_LIVE_KEYS) {
    throw new IdentityError(
      'unprocessable',
      `An agent has at most ${MOST_LIVE_KEYS} keys that are not revoked. Revoke those that no server uses.`,
    );
  }
  await insertKeyRow(sql, row);
  await insertKeyAudit(sql, row, { action: 'added', actor, atMs: row.createdAtMs });
}

const ACTIONS: Readonly<Record<Exclude<IdentityKeyStatus, 'next'>, AuditAction>> = {
  active: 'activated',
  retiring: 'retired',
  revoked: 'revoked',
};

interface Change {
  readonly status: IdentityKeyStatus;
  readonly actor: string;
  readonly atMs: number;
}

async function change(sql: Sql, row: IdentityKeyRow, { status, actor, atMs }: Change): Promise<IdentityKeyRow> {
  if (row.status === status) return row;
  if (row.status === 'revoked') throw new IdentityError('unprocessable', 'This key is revoked for good. Add a new one.');
  if (status === 'next') throw new IdentityError('unprocessable', 'Only a new key is "next". Set it to active, retiring or revoked.');
  const retiredAtMs = status === 'retiring' ? atMs : null;
  if (!(await updateKeyStatus(sql, row, { status, retiredAtMs, atMs }))) {
    // Somebody else revoked it meanwhile: that stands, and may be what was asked for.
    if (status === 'revoked') return { ...row, status };
    throw new IdentityError('unprocessable', 'This key is revoked for good. Add a new one.');
  }
  await insertKeyAudit(sql, row, { action: ACTIONS[status], actor, atMs });
  return { ...row, status, retiredAtMs };
}

/** Revokes a key that stands in the configuration file or behind a JWKS URL: its tombstone stands before it. */
async function bury(
  { store, clock, findElsewhere }: IdentityKeyOfficeDeps,
  { agent, kid, status, actor }: { readonly agent: string; readonly kid: string } & Omit<Change, 'atMs'>,
): Promise<IdentityKeyRow> {
  const found = await findElsewhere(agent, kid);
  if (found === null) throw unknownKid();
  if (status !== 'revoked') {
    throw new IdentityError(
      'unprocessable',
      'This key stands in the configuration file or behind a JWKS URL: change it there. Here it can only be revoked.',
    );
  }
  const { issuer, alg, thumbprint } = found.key;
  const atMs = clock();
  const row = { agent, kid, issuer, alg, thumbprint, source: found.source, jwk: null, status, retiredAtMs: null, createdAtMs: atMs };
  await store
    .transaction(async (sql) => {
      await insertKeyRow(sql, row);
      await insertKeyAudit(sql, row, { action: 'revoked', actor, atMs });
    })
    .catch((error: unknown) => {
      // Somebody else revoked it at the same moment: it is what was asked for.
      if (!(error instanceof StoreError && error.code === 'conflict')) throw error;
    });
  return row;
}

function unknownKid(): IdentityError {
  return new IdentityError('not_found', 'There is nothing here for this credential.');
}

function takenKid(): IdentityError {
  return new IdentityError('unprocessable', 'This kid is or was taken. Give the new key a kid of its own, such as one with its date.');
}

function explainConflict(error: unknown): never {
  throw error instanceof StoreError && error.code === 'conflict' ? takenKid() : error;
}

function orNothing(error: unknown): null {
  if (error instanceof StoreError && error.code === 'unavailable') return null;
  throw error;
}
