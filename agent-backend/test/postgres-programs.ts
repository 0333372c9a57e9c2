import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  /** Folder of programs that may lie where PostgreSQL's own user cannot read. */
  readonly root?: string;
}

/** PostgreSQL's programs on this machine: of its package, or of `PATH`. */
export function findPrograms(): PostgresPrograms | null {
  const folders = [...listDebianFolders(), ...(process.env['PATH'] ?? '').split(delimiter)];
  for (const folder of folders) {
    const programs = { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
    if (isProgram(programs.initdb) && isProgram(programs.postgres)) return programs;
  }
  return null;
}

function listDebianFolders(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(root, version, 'bin'));
  } catch {
    return []; // Not a Debian, or no PostgreSQL on it.
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Looked for in several places; absence is an answer.
  }
}

/** PostgreSQL refuses to run as root; returns the ordinary user that it runs as then. */
export function findOwner(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  for (const user of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // No such user; the next one.
    }
  }
  return null;
}
