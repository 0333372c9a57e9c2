import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import type { StoreSource } from '../../test/stores.ts';
import { MIGRATIONS } from './migrations.ts';
import { openStore, type StoreOptions } from './open-store.ts';
import { type Store, StoreError } from './store.ts';

interface Bench {
  readonly source: StoreSource;
  options: StoreOptions;
  store: Store;
  put(name: string, amount: number | null): Promise<number>;
  list(): Promise<{ name: string; amount: number | null }[]>;
}

/** What every store must do, alike. */
export function describeStore(source: StoreSource): void {
  describe(`the ${source.kind} store`, () => {
    const bench = {
      source,
      put: (name, amount) => bench.store.run('INSERT INTO things (name, amount) VALUES ($1, $2)', [name, amount]),
      list: () => bench.store.rows('SELECT name, amount FROM things ORDER BY name'),
    } as Bench;

    beforeAll(() => source.start(), 60_000);
    afterAll(() => source.stop());
    beforeEach(async () => {
      bench.options = await source.create();
      bench.store = await openStore(bench.options);
      await bench.store.run('CREATE TABLE things (name TEXT NOT NULL PRIMARY KEY, amount BIGINT)');
    });
    afterEach(() => bench.store.close());

    testValues(bench);
    testStatements(bench);
    testTransactions(bench);
    testConcurrency(bench);
    testLife(bench);
  });
}

function testValues(bench: Bench): void {
  test('gives back text, numbers and nothing as they were stored', async () => {
    const text = 'it\'s $1 "ok" \\ ; -- é 漢 🎈\r\n';
    await bench.put(text, Number.MAX_SAFE_INTEGER);
    await bench.put('b', null);
    await bench.put('c', -1);
    expect(await bench.list()).toEqual(
      expect.arrayContaining([
        { name: text, amount: Number.MAX_SAFE_INTEGER },
        { name: 'b', amount: null },
        { name: 'c', amount: -1 },
      ]),
    );
  });

  test('counts, sums and maxima of big integers are numbers', async () => {
    await bench.put('a', 2 ** 40);
    await bench.put('b', 2 ** 40);
    expect(await bench.store.rows('SELECT COUNT(*) AS n, SUM(amount) AS total, MAX(amount) AS top FROM things')).toEqual([
      { n: 2, total: 2 ** 41, top: 2 ** 40 },
    ]);
  });

  test('a NUL character, which one of them cannot hold, becomes U+FFFD in both', async () => {
    await bench.put('a\0b', 1);
    expect((await bench.list()).map(({ name }) => name)).toEqual(['a\uFFFDb']);
    expect(await bench.store.rows('SELECT amount FROM things WHERE name = $1', ['a\0b'])).toEqual([{ amount: 1 }]);
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d, which is no safe integer', async (amount) => {
    await expect(bench.put('a', amount)).rejects.toMatchObject({ name: 'StoreError', code: 'failed' });
    expect(await bench.list()).toEqual([]);
  });
}

function testStatements(bench: Bench): void {
  test('run tells how many rows changed, and RETURNING gives them', async () => {
    await bench.put('a', 1);
    await bench.put('b', 1);
    expect(await bench.store.run('UPDATE things SET amount = 2 WHERE amount = $1', [1])).toBe(2);
    expect(await bench.store.run('DELETE FROM things WHERE name = $1', ['none'])).toBe(0);
    expect(await bench.store.rows('DELETE FROM things WHERE name = $1 RETURNING amount', ['a'])).toEqual([{ amount: 2 }]);
    expect(await bench.store.run('INSERT INTO things (name) VALUES ($1) ON CONFLICT DO NOTHING', ['b'])).toBe(0);
  });

  test('a taken key is a conflict, whose message holds no value', async () => {
    await bench.put('hush', 1);
    const error: unknown = await bench.put('hush', 2).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: 'conflict' });
    expect(String(error)).not.toContain('hush');
    expect(error).not.toHaveProperty('cause');
  });

  test('wrong SQL fails, and the store goes on', async () => {
    await expect(bench.store.rows('SELECT nothing FROM nowhere')).rejects.toMatchObject({ code: 'failed' });
    expect(await bench.put('a', 1)).toBe(1);
  });
}

function testTransactions(bench: Bench): void {
  test('a transaction is there whole', async () => {
    const answer = await bench.store.transaction(async (sql) => {
      await sql.run('INSERT INTO things (name) VALUES ($1)', ['a']);
      await sql.run('INSERT INTO things (name) VALUES ($1)', ['b']);
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await bench.list()).toHaveLength(2);
  });

  test('a transaction whose work throws leaves nothing, and passes the error on as it is', async () => {
    class Mine extends Error {}
    const failure = bench.store.transaction(async (sql) => {
      await sql.run('INSERT INTO things (name) VALUES ($1)', ['a']);
      throw new Mine('no');
    });
    await expect(failure).rejects.toBeInstanceOf(Mine);
    expect(await bench.list()).toEqual([]);
  });

  test('a conflict inside a transaction leaves nothing of it', async () => {
    await bench.put('a', 1);
    const failure = bench.store.transaction(async (sql) => {
      await sql.run('INSERT INTO things (name) VALUES ($1)', ['b']);
      await sql.run('INSERT INTO things (name) VALUES ($1)', ['a']);
    });
    await expect(failure).rejects.toMatchObject({ code: 'conflict' });
    expect(await bench.list()).toEqual([{ name: 'a', amount: 1 }]);
  });
}

function testConcurrency(bench: Bench): void {
  test('100 increments at once, read first and then written, make 100', async () => {
    await bench.put('count', 0);
    const increment = () =>
      bench.store.transaction(async (sql) => {
        const [row] = await sql.rows<{ amount: number }>('SELECT amount FROM things WHERE name = $1', ['count']);
        await sql.run('UPDATE things SET amount = $1 WHERE name = $2', [(row?.amount ?? 0) + 1, 'count']);
      });
    await Promise.all(Array.from({ length: 100 }, increment));
    expect(await bench.list()).toEqual([{ name: 'count', amount: 100 }]);
  }, 30_000);

  test('a transaction is run again when the database asks for it, and its first try leaves nothing', async () => {
    await bench.put('count', 0);
    let tries = 0;
    await bench.store.transaction(async (sql) => {
      tries += 1;
      await sql.rows('SELECT amount FROM things');
      if (tries === 1 && bench.source.kind === 'postgres') {
        const other = await openStore(bench.options);
        await other.run('UPDATE things SET amount = amount + 10');
        await other.close();
      }
      await sql.run('UPDATE things SET amount = amount + 1');
    });
    expect(tries).toBe(bench.source.kind === 'postgres' ? 2 : 1);
    expect(await bench.list()).toEqual([{ name: 'count', amount: bench.source.kind === 'postgres' ? 11 : 1 }]);
  });

  test('a query beside an open transaction neither sees it nor slips into it', async () => {
    let release = (): void => undefined;
    const started = new Promise<void>((resolve) => (release = resolve));
    const beside = started.then(() => bench.put('b', 1));
    const open = bench.store.transaction(async (sql) => {
      await sql.run('INSERT INTO things (name) VALUES ($1)', ['a']);
      release();
      await sql.rows('SELECT name FROM things');
      throw new Error('rolled back');
    });
    await expect(open).rejects.toThrow('rolled back');
    await beside;
    expect(await bench.list()).toEqual([{ name: 'b', amount: 1 }]);
  });

  test('using the store inside a transaction is refused at once, instead of waiting for itself', async () => {
    const failure = bench.store.transaction(() => bench.store.rows('SELECT 1 AS one'));
    await expect(failure).rejects.toThrow('use the `sql`');
    expect(await bench.put('a', 1)).toBe(1);
  });
}

function testLife(bench: Bench): void {
  test('after close everything answers closed, and closing again is harmless', async () => {
    await bench.store.close();
    await bench.store.close();
    await expect(bench.list()).rejects.toMatchObject({ code: 'closed' });
    await expect(bench.put('a', 1)).rejects.toMatchObject({ code: 'closed' });
    await expect(bench.store.transaction(async () => undefined)).rejects.toMatchObject({ code: 'closed' });
  });

  test('what was stored is there when it is opened again', async () => {
    await bench.put('a', 1);
    await bench.store.close();
    bench.store = await openStore(bench.options);
    expect(await bench.list()).toEqual([{ name: 'a', amount: 1 }]);
  });

  test('openers that race each other leave every migration applied once', async () => {
    const fresh = await bench.source.create();
    const opened = await Promise.allSettled(Array.from({ length: 6 }, () => openStore(fresh)));
    const stores = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const refused = opened.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(stores).toHaveLength(bench.source.kind === 'postgres' ? 6 : 1);
    for (const error of refused) expect(error).toMatchObject({ code: 'busy' });
    expect(await stores[0]?.rows('SELECT id FROM schema_migrations ORDER BY id')).toEqual(MIGRATIONS.map(({ id }) => ({ id })));
    await Promise.all(stores.map((one) => one.close()));
  });

  test('a database that a newer version has written is refused, with what to do', async () => {
    await bench.store.run('INSERT INTO schema_migrations (id, name, applied_at) VALUES (9999, $1, 0)', ['future']);
    await bench.store.close();
    await expect(openStore(bench.options)).rejects.toThrow('A newer version of Familiar has written this database (migration 9999');
  });
}
