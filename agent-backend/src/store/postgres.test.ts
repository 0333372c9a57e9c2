import { expect, test } from 'vitest';
import { createPostgresSource } from '../../test/stores.ts';
import { openStore } from './open-store.ts';
import { describeStore } from './store-suite.ts';

describeStore(createPostgresSource());

test('a PostgreSQL that is not there is unavailable, and the message does not hold the password', async () => {
  const failure: unknown = await openStore({ databaseUrl: 'postgres://me:hush@127.0.0.1:1/none', dataDir: '' }).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ name: 'StoreError', code: 'unavailable' });
  expect(String(failure)).not.toContain('hush');
});

test('a PostgreSQL that stops is unavailable, and the process stays up', async () => {
  const source = createPostgresSource();
  await source.start();
  const store = await openStore(await source.create());
  await store.rows('SELECT 1 AS one');
  await source.stop();
  await expect(store.rows('SELECT 1 AS one')).rejects.toMatchObject({ code: 'unavailable' });
  await expect(store.transaction((sql) => sql.rows('SELECT 1 AS one'))).rejects.toMatchObject({ code: 'unavailable' });
  await store.close();
}, 60_000);

test('a connection that breaks in the middle of a transaction is unavailable, and the next one works', async () => {
  const source = createPostgresSource();
  await source.start();
  const options = await source.create();
  const store = await openStore(options);
  const other = await openStore(options);
  const broken = store.transaction(async (sql) => {
    const [own] = await sql.rows<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const pid = own?.pid ?? 0;
    await other.rows('SELECT pg_terminate_backend($1)', [pid]);
    // Until the server has closed the connection: its notice comes while no query of ours is under way.
    while ((await other.rows('SELECT pid FROM pg_stat_activity WHERE pid = $1', [pid])).length > 0);
    await sql.rows('SELECT 1 AS one');
  });
  await expect(broken).rejects.toMatchObject({ code: 'unavailable' });
  expect(await store.transaction((sql) => sql.rows('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  await Promise.all([store.close(), other.close()]);
  await source.stop();
}, 60_000);
