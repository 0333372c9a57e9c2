import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { downloadPrograms } from './postgres-download.ts';
import { findOwner, findPrograms, type PostgresPrograms } from './postgres-programs.ts';

/** A PostgreSQL for one test file. */
export interface TestPostgres {
  /** Makes an empty database and returns its URL. */
  createDatabase(): Promise<string>;
  /** Ends the server, or, where it is the one of `DATABASE_URL`, drops the databases made here. */
  stop(): Promise<void>;
}

/**
 * Gives a real PostgreSQL: the one of `DATABASE_URL` (whose user may create databases), else a server of our own, from
 * this machine's programs or the npm registry's, on a socket in a temporary folder, which ends with this process.
 * Throws where there is none: a suite is never skipped.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const url = process.env['DATABASE_URL'];
  if (url !== undefined && url !== '') return createDatabases(url, () => Promise.resolve());
  return startServer(findPrograms() ?? downloadPrograms());
}

/** Starts a server from the given programs. */
export async function startServer(found: PostgresPrograms): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'familiar-pg-'));
  const owner = findOwner();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const { initdb, postgres } = owner ? bringWithin(found, folder) : found;
  const data = join(folder, 'data');
  const as = owner ?? {};
  try {
    const options = ['-D', data, '-U', 'familiar', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
    execFileSync(initdb, options, { ...as, cwd: folder, stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  // Nothing here has to survive a power cut.
  const settings = [
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
  ];
  const serverArguments = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const guard = spawn(
    process.execPath,
    [join(import.meta.dirname, 'postgres-guard.ts'), folder, postgres, `${owner?.uid ?? ''}`, `${owner?.gid ?? ''}`, ...serverArguments],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => guard.once('exit', () => resolve()));
  const url = `postgres://familiar@localhost/postgres?host=${encodeURIComponent(folder)}`;
  await untilReady(url);
  return createDatabases(url, () => {
    guard.stdin.end();
    return ended;
  });
}

/** Copies programs of ours into the server's folder, since its user may be barred from where they lie. */
function bringWithin(programs: PostgresPrograms, folder: string): PostgresPrograms {
  if (programs.root === undefined) return programs;
  const root = join(folder, 'native');
  cpSync(programs.root, root, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(root, 'bin/initdb'), postgres: join(root, 'bin/postgres') };
}

async function untilReady(url: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (tries >= 200) throw error;
      await wait(50);
    }
  }
}

function createDatabases(url: string, end: () => Promise<void>): TestPostgres {
  const made: string[] = [];
  const isOurs = (process.env['DATABASE_URL'] ?? '') === '';

  return {
    async createDatabase() {
      const name = `familiar_test_${randomBytes(8).toString('hex')}`;
      await runAdmin(url, [`CREATE DATABASE ${name} TEMPLATE template0`]);
      made.push(name);
      const database = new URL(url);
      database.pathname = `/${name}`;
      return database.href;
    },
    async stop() {
      if (!isOurs)
        await runAdmin(
          url,
          made.map((name) => `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
        );
      await end();
    },
  };
}

async function runAdmin(url: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
