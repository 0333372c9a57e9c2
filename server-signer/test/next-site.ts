import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installPublished } from './published.ts';

/** A Next site that is being served. */
export interface NextSite {
  readonly port: number;
  /** Ends the server and removes the site. */
  close(): Promise<void>;
}

export interface NextSiteOptions {
  /** By their paths in the site. */
  readonly files: Readonly<Record<string, string>>;
  /** Of `next start`; `next build` has none of it. */
  readonly env: Readonly<Record<string, string>>;
}

const PACKAGES = join(import.meta.dirname, 'next-site');
// Next writes to these, and looks for updates and a package manager, unless it is told not to.
const QUIET = { NEXT_TELEMETRY_DISABLED: '1', NEXT_IGNORE_INCORRECT_LOCKFILE: '1', CI: '1', NO_COLOR: '1' };

/**
 * Builds a site of these files with the published signer in it, type check included, and serves it as `next start` does, on a
 * free port of loopback. Throws what Next prints where it fails.
 */
export async function startNextSite({ files, env }: NextSiteOptions): Promise<NextSite> {
  const home = await installNext();
  const folder = mkdtempSync(join(home, 'site-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    installPublished(join(folder, 'node_modules'));
    for (const [path, content] of Object.entries({ ...SETTINGS, ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const next = join(home, 'node_modules/next/dist/bin/next');
    await start([process.execPath, next, 'build'], { cwd: folder }).ended();
    const server = start([process.execPath, next, 'start', '-H', '127.0.0.1', '-p', '0'], { cwd: folder, env });
    const port = Number(await server.says(/Local:\s+http:\/\/127\.0\.0\.1:(\d+)[\s\S]*Ready/));
    return { port, close: () => server.stop().then(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

const SETTINGS = {
  'package.json': JSON.stringify({ private: true, type: 'module' }),
  'next.config.mjs': "export default { turbopack: { root: new URL('..', import.meta.url).pathname } };\n",
};

/**
 * Fetches Next into `.cache`, once for each lock file. It is no dependency: 340 MB would burden every installation for the sake
 * of one test.
 */
async function installNext(): Promise<string> {
  const lock = readFileSync(join(PACKAGES, 'package-lock.json'));
  const cache = join(import.meta.dirname, '../.cache');
  const home = join(cache, `next-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`);
  if (existsSync(home)) return home;
  mkdirSync(cache, { recursive: true });
  const staging = mkdtempSync(join(cache, 'staging-'));
  try {
    cpSync(PACKAGES, staging, { recursive: true });
    // Not `npm ci`: it insists on the binaries of every platform, which some registries do not hold.
    await start(['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: staging }).ended();
    renameSync(staging, home);
  } catch (error) {
    if (!existsSync(home)) throw error; // Else another run was faster, with the same.
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return home;
}

interface StartOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a program that ends with this process at the latest. */
function start(command: readonly string[], { cwd, env = {} }: StartOptions) {
  const guard = spawn(process.execPath, [join(import.meta.dirname, 'guard.ts'), ...command], {
    cwd,
    // vitest's own NODE_ENV would make a development server of it.
    env: { ...process.env, NODE_ENV: 'production', ...QUIET, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise<number | null>((resolve) => guard.once('close', resolve));
  const fail = () => new Error(`${command.join(' ')} failed:\n${output}`);
  const heard = new EventTarget();
  for (const stream of [guard.stdout, guard.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text.toString();
      heard.dispatchEvent(new Event('more'));
    });
  }
  return {
    ended: async () => {
      if ((await exited) !== 0) throw fail();
    },
    /** What a pattern caught in its output, as soon as it is there. */
    says: (pattern: RegExp) =>
      new Promise<string>((resolve, reject) => {
        heard.addEventListener('more', () => {
          const found = pattern.exec(output)?.[1];
          if (found !== undefined) resolve(found);
        });
        void exited.then(() => reject(fail()));
      }),
    stop: async () => {
      guard.stdin.end();
      await exited;
    },
  };
}
