import { openStore } from '../src/store/open-store.ts';

/** Writes numbered rows into the data folder of its first argument, and says each on standard output once it is acknowledged. */
const [dataDir = ''] = process.argv.slice(2);
const store = await openStore({ dataDir });
for (let n = 1; n <= 1_000_000; n++) {
  await store.transaction(async (sql) => {
    await sql.run('INSERT INTO written (n, part) VALUES ($1, 1)', [n]);
    await sql.run('INSERT INTO written (n, part) VALUES ($1, 2)', [n]);
  });
  process.stdout.write(`${n}\n`);
}
