import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { createSqliteSource } from '../../test/stores.ts';
import { openStore } from './open-store.ts';
import { describeStore } from './store-suite.ts';

describeStore(createSqliteSource());

const source = createSqliteSource();
afterAll(() => source.stop());

/** Another process that writes into the folder; resolves once it has acknowledged `rows` of them. */
async function startWriter(dataDir: string, rows: number) {
  const script = join(import.meta.dirname, '../../test/write-until-killed.ts');
  const child = spawn(process.execPath, ['--conditions=familiar-source', '--disable-warning=ExperimentalWarning', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = 0;
  const lines = createInterface({ input: child.stdout });
  const isWriting = new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      acknowledged = Number(line);
      if (acknowledged >= rows) resolve();
    });
    child.once('exit', () => reject(new Error('The writer ended too early.')));
  });
  await isWriting;
  return {
    async kill(): Promise<number> {
      child.kill('SIGKILL');
      await once(child, 'close');
      return acknowledged;
    },
  };
}

async function createFolder(): Promise<string> {
  const { dataDir } = await source.create();
  const store = await openStore({ dataDir });
  await store.run('CREATE TABLE written (n BIGINT NOT NULL, part BIGINT NOT NULL, PRIMARY KEY (n, part))');
  await store.close();
  return dataDir;
}

describe('the embedded store', () => {
  test.each([1, 20, 75, 150, 400])(
    'has every acknowledged row, and no half one, after kill -9 past row %i',
    async (rows) => {
      const dataDir = await createFolder();
      const acknowledged = await (await startWriter(dataDir, rows)).kill();
      const store = await openStore({ dataDir });
      const found = await store.rows<{ n: number; parts: number }>('SELECT n, COUNT(*) AS parts FROM written GROUP BY n ORDER BY n');
      expect(acknowledged).toBeGreaterThanOrEqual(rows);
      expect(found.length).toBeGreaterThanOrEqual(acknowledged);
      expect(found).toEqual(found.map((_, index) => ({ n: index + 1, parts: 2 })));
      expect(await store.rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      await store.close();
    },
    30_000,
  );

  test('refuses a folder that another process has, naming DATA_DIR, until that process is killed', async () => {
    const dataDir = await createFolder();
    const writer = await startWriter(dataDir, 1);
    try {
      const refused = openStore({ dataDir });
      await expect(refused).rejects.toMatchObject({ code: 'busy', message: expect.stringContaining('DATA_DIR') as string });
    } finally {
      await writer.kill();
    }
    const store = await openStore({ dataDir });
    await store.close();
  }, 30_000);

  test('can be read by a tool while it is in use', async () => {
    const dataDir = await createFolder();
    const store = await openStore({ dataDir });
    await store.run('INSERT INTO written (n, part) VALUES (1, 1)');
    const tool = new DatabaseSync(join(dataDir, 'familiar.db'), { readOnly: true });
    expect(tool.prepare('SELECT n FROM written').all()).toEqual([expect.objectContaining({ n: 1 })]);
    tool.close();
    await store.close();
  });

  test('a full disk answers full, loses nothing, and writes again when there is room', async () => {
    const dataDir = await createFolder();
    const store = await openStore({ dataDir });
    const insert = (n: number) =>
      store.transaction(async (sql) => {
        await sql.run('INSERT INTO written (n, part) VALUES ($1, 1)', [n]);
        await sql.run('INSERT INTO proofs (agent, jti, expires_at) VALUES ($1, $2, 0)', ['x'.repeat(2000), String(n)]);
      });
    await insert(0);
    const [size] = await store.rows<{ page_count: number }>('PRAGMA page_count');
    await store.rows(`PRAGMA max_page_count = ${(size?.page_count ?? 0) + 20}`);
    let stored = 1;
    const fill = async () => {
      for (; stored < 1000; stored++) await insert(stored);
    };
    await expect(fill()).rejects.toMatchObject({ name: 'StoreError', code: 'full' });
    expect(stored).toBeGreaterThan(1);
    expect(await store.rows('SELECT COUNT(*) AS n FROM written')).toEqual([{ n: stored }]);
    expect(await store.rows('SELECT COUNT(*) AS n FROM proofs')).toEqual([{ n: stored }]);
    await store.rows('PRAGMA max_page_count = 1000000');
    await insert(stored);
    await store.close();
  });

  test('makes its folder for its user alone', async () => {
    const { dataDir } = await source.create();
    const folder = join(dataDir, 'a', 'b');
    const store = await openStore({ dataDir: folder });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'familiar.db')).mode & 0o777).toBe(0o600);
    await store.close();
    expect(readdirSync(folder).toSorted()).toEqual(['familiar.db', 'familiar.lock']);
  });

  test('a folder that cannot be made is unavailable, naming DATA_DIR', async () => {
    const failure = openStore({ dataDir: join(process.execPath, 'folder') });
    await expect(failure).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('DATA_DIR') as string });
  });

  test('keeps commits through a power cut: write-ahead log, synchronous FULL', async () => {
    const store = await openStore(await source.create());
    expect(await store.rows('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await store.rows('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    await store.close();
  });
});
