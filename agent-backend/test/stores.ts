import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type TestPostgres } from './postgres.ts';
import type { StoreOptions } from '../src/store/open-store.ts';

/** Where a suite, written once, gets its store: an empty one at each call of `create`. */
export interface StoreSource {
  readonly kind: 'sqlite' | 'postgres';
  start(): Promise<void>;
  /** Options for `openStore`, of a new and empty store. */
  create(): Promise<StoreOptions>;
  stop(): Promise<void>;
}

/** Both stores, for `describe.each`. */
export function listStoreSources(): StoreSource[] {
  return [createSqliteSource(), createPostgresSource()];
}

export function createSqliteSource(): StoreSource {
  const folders: string[] = [];
  return {
    kind: 'sqlite',
    start: () => Promise.resolve(),
    async create() {
      const dataDir = mkdtempSync(join(tmpdir(), 'familiar-store-'));
      folders.push(dataDir);
      return { dataDir };
    },
    async stop() {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function createPostgresSource(): StoreSource {
  let server: TestPostgres | undefined;
  return {
    kind: 'postgres',
    async start() {
      server = await startPostgres();
    },
    async create() {
      if (!server) throw new Error('Call start() first.');
      return { dataDir: '', databaseUrl: await server.createDatabase() };
    },
    async stop() {
      await server?.stop();
    },
  };
}
