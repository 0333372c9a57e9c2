import { startPostgres } from './postgres.ts';

/** Starts a PostgreSQL, says its URL, and stays, to be killed. */
const server = await startPostgres();
process.stdout.write(`${await server.createDatabase()}\n`);
process.stdin.resume();
