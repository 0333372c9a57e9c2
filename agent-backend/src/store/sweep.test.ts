import { LIMITS } from '@familiar/protocol';
import { expect, test } from 'vitest';
import { describeFreshStores } from '../../test/describe-stores.ts';
import { deleteExpired } from './sweep.ts';

const NOW = 1_900_000_000_000;
const OLD = NOW - LIMITS.eventRetentionMs - 1;

describeFreshStores('the sweep', (store) => {
  const addEvent = (stream: string, pos: number, at: number) =>
    store.run(
      `INSERT INTO events (agent, instance, session, pos, stream, seq, data, created_at) VALUES ('a', 'i', 's', $2, $1, $2, '{}', $3)`,
      [stream, pos, at],
    );
  const addRun = (run: string, endedAt: number | null) =>
    store.run(
      `INSERT INTO runs (agent, instance, session, run, status, fingerprint, participant, owner, lease_until, last_seq, started_at, ended_at)
       VALUES ('a', 'i', 's', $1, 'x', '', '{}', '', 0, 0, 0, $2)`,
      [run, endedAt],
    );

  test('takes what has expired, and keeps what has not', async () => {
    for (const [name, expiresAt] of [
      ['past', NOW],
      ['future', NOW + 1],
    ] as const) {
      await store.run(`INSERT INTO proofs (agent, jti, expires_at) VALUES ('a', $1, $2)`, [name, expiresAt]);
      await store.run(`INSERT INTO token_bindings (agent, jti, holder, expires_at) VALUES ('a', $1, 'h', $2)`, [name, expiresAt]);
      await store.run(`INSERT INTO revoked_tokens (agent, token, expires_at) VALUES ('a', $1, $2)`, [name, expiresAt]);
    }
    expect(await deleteExpired(store, NOW)).toBe(3);
    expect(await store.rows('SELECT jti FROM proofs')).toEqual([{ jti: 'future' }]);
    expect(await store.rows('SELECT jti FROM token_bindings')).toEqual([{ jti: 'future' }]);
    expect(await store.rows('SELECT token FROM revoked_tokens')).toEqual([{ token: 'future' }]);
    expect(await deleteExpired(store, NOW)).toBe(0);
  });

  test('takes old events once their run has been over that long, and those of no run', async () => {
    await addRun('over', OLD);
    await addRun('just over', NOW - 1);
    await addRun('running', null);
    await addEvent('over', 1, OLD);
    await addEvent('just over', 2, OLD);
    await addEvent('running', 3, OLD);
    await addEvent('s', 4, OLD);
    await addEvent('s', 5, NOW);
    expect(await deleteExpired(store, NOW)).toBe(2);
    expect(await store.rows('SELECT pos FROM events ORDER BY pos')).toEqual([{ pos: 2 }, { pos: 3 }, { pos: 5 }]);
  });

  test('goes in batches of 500 until nothing is left', async () => {
    await store.transaction(async (sql) => {
      for (let n = 0; n < 600; n++) await sql.run(`INSERT INTO proofs (agent, jti, expires_at) VALUES ('a', $1, 0)`, [String(n)]);
    });
    expect([await deleteExpired(store, NOW), await deleteExpired(store, NOW), await deleteExpired(store, NOW)]).toEqual([500, 100, 0]);
  });
});
