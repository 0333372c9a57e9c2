import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateSigningKey } from '../src/generate-signing-key.ts';
import { installPublished, readProgram } from './published.ts';

const folder = mkdtempSync(join(tmpdir(), 'familiar-package-'));
let installed = '';
/** The Node that runs this test, and the system's own where it is another. */
const nodes = [process.execPath, '/usr/local/bin/node', '/usr/bin/node'].filter(
  (path, at, all) => existsSync(path) && all.indexOf(path) === at,
);

beforeAll(() => {
  installed = installPublished(join(folder, 'node_modules'));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('the package’s exports, types and program are what package.json says', async () => {
  expect((await publint({ pkgDir: installed, strict: true, pack: false })).messages).toEqual([]);
  for (const path of ['dist/index.js', 'dist/index.d.ts', 'dist/cli.js']) expect(existsSync(join(installed, path))).toBe(true);
});

test.each(nodes)('the built package signs on %s, and its program finds nothing wrong', async (node) => {
  const { privateJwk } = await generateSigningKey();
  const env = { ...process.env, FAMILIAR_SIGNING_KEY: JSON.stringify(privateJwk) };
  const script = `${readProgram('no route')}\nprocess.stdout.write(token);\n`;
  writeFileSync(join(folder, 'sign.mjs'), script);
  const token = execFileSync(node, ['sign.mjs'], { cwd: folder, env, encoding: 'utf8' });
  expect(decodeJwt(token)).toMatchObject({ sub: 'member-5f2c81', aud: 'fernwell/guide' });
  const cli = [join(installed, 'dist/cli.js'), 'doctor', '-', '--agent', 'fernwell/guide', '--issuer', 'fernwell'];
  const { status, stdout, stderr } = spawnSync(node, cli, { env, input: `${token}\n`, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^ok: nothing wrong, \d+ s left\n$/);
});

test('the README’s route starts as it is written', async () => {
  const { privateJwk } = await generateSigningKey();
  writeFileSync(join(folder, 'route.mjs'), `${readProgram('node route')}\nprocess.stdout.write(typeof familiarToken);\n`);
  const env = { ...process.env, FAMILIAR_SIGNING_KEY: JSON.stringify(privateJwk) };
  expect(execFileSync(process.execPath, ['route.mjs'], { cwd: folder, env, encoding: 'utf8' })).toBe('function');
});
