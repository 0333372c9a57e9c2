import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, ensureInstalled, run } from './install.mjs';

/** In build order: each package may use the dist of those before it. */
const PACKAGES = [
  { name: 'protocol', output: 'dist/index.js' },
  { name: 'server-signer', output: 'dist/index.js' },
  { name: 'agent-backend', output: 'dist/index.js' },
  { name: 'widget', output: 'dist/familiar.js' },
  { name: 'conformance', output: 'dist/index.js' },
  { name: 'demo', output: 'dist/planner' },
];

const SOURCES = ['src', 'planner', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'vite.config.ts'];

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .filter((name) => !/\.test\.tsx?$/.test(name))
    .flatMap((name) => filesUnder(join(path, name)));
}

function fingerprint(name, before) {
  const hash = createHash('sha256').update(before);
  const files = SOURCES.flatMap((source) => filesUnder(join(ROOT, name, source))).sort((a, b) => (a < b ? -1 : 1));
  for (const file of files) hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  return hash.digest('hex');
}

ensureInstalled();
let previous = createHash('sha256')
  .update(readFileSync(join(ROOT, 'package-lock.json')))
  .digest('hex');
for (const { name, output } of PACKAGES) {
  previous = fingerprint(name, previous);
  const stamp = join(ROOT, name, 'dist/.stamp');
  const isFresh = existsSync(join(ROOT, name, output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === previous;
  if (isFresh) continue;
  process.stdout.write(`Building ${name} …\n`);
  run('npm', ['run', '--silent', 'build', '-w', name]);
  mkdirSync(join(ROOT, name, 'dist'), { recursive: true });
  writeFileSync(stamp, previous);
}
