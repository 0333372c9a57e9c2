import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's root folder, with a trailing slash. */
export const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** The pinned Node: scripts that were started by an older one hand over to it. */
export const NODE = `${ROOT}node_modules/.bin/node`;

/** Runs `npm ci` where packages are missing or older than the lock file. Prints one line while it does. Exits on failure. */
export function ensureInstalled() {
  const marker = `${ROOT}node_modules/.package-lock.json`;
  const isFresh = existsSync(marker) && existsSync(NODE) && statSync(marker).mtimeMs >= statSync(`${ROOT}package-lock.json`).mtimeMs;
  if (isFresh) return;
  process.stdout.write('Installing packages (npm ci) …\n');
  run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
}

/** Runs a command in the repository's root, its output shown. Exits with its code when it fails. */
export function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: pinnedEnvironment(env) });
  if (error) {
    process.stderr.write(`${command} could not be started: ${error.message}\n`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}

/** An environment in which `node` is the pinned one. */
export function pinnedEnvironment(extra = {}) {
  return { ...process.env, PATH: `${ROOT}node_modules/.bin:${process.env.PATH ?? ''}`, ...extra };
}
