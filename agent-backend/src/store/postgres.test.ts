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
