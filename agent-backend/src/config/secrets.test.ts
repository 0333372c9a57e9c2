import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { functionAgent } from '../agents/function-agent.ts';
import { createBackend } from '../backend.ts';
import type { AgentConfig, Config } from './config.ts';
import { readIdentityKey, readSecret, readSessionSecrets } from './secrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'familiar-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const agent = functionAgent(async function* () {
  yield 'hello';
});
const configOf = (members: Partial<AgentConfig> = {}, more: Partial<Config> = {}): Config => ({
  agents: { 'acme/helper': { name: 'Helper', agent, ...members } },
  dataDir: folder,
  ...more,
});
const strong = (): string => randomBytes(32).toString('base64url');
const read = (env = {}, dataDir = folder) => readSessionSecrets(configOf(), env, dataDir);

test('without a secret one is made: random, whole, for this user alone, and the same at the next start', () => {
  const dataDir = join(folder, 'new', 'data');
  const [made] = read({}, dataDir);
  expect(made?.kid).toBe('file');
  expect(made?.secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  const file = join(dataDir, 'session-secret');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  expect(readFileSync(file, 'utf8')).toBe(`${made?.secret}\n`);
  expect(read({}, dataDir)).toEqual([made]);
  expect(readdirSync(dataDir)).toEqual(['session-secret']);
  expect(read({}, join(folder, 'another'))).not.toEqual([made]);
});

test('of eight that start at once, all have the same one', async () => {
  const source = `import { parentPort, workerData } from 'node:worker_threads';
    import { readSessionSecrets } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'secrets.ts')).href)};
    parentPort.postMessage('ready');
    Atomics.wait(workerData, 0, 0);
    parentPort.postMessage(readSessionSecrets({ agents: {} }, {}, ${JSON.stringify(folder)})[0].secret);`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  const workerData = new Int32Array(new SharedArrayBuffer(4));
  const workers = Array.from({ length: 8 }, () => new Worker(url, { workerData, execArgv: ['--conditions=familiar-source'] }));
  const next = async (worker: Worker): Promise<unknown> => ((await once(worker, 'message')) as unknown[])[0];
  expect(await Promise.all(workers.map(next))).toEqual(workers.map(() => 'ready'));
  const secrets = workers.map(next);
  Atomics.store(workerData, 0, 1);
  Atomics.notify(workerData, 0);
  expect(new Set(await Promise.all(secrets)).size).toBe(1);
  await Promise.all(workers.map((worker) => worker.terminate()));
  expect(readdirSync(folder)).toEqual(['session-secret']);
});

test('the configuration wins over the environment, and that over the file', () => {
  const [given, first, second] = [strong(), strong(), strong()];
  expect(read({ FAMILIAR_SESSION_SECRET: given })).toEqual([{ kid: 'env', secret: given }]);
  expect(existsSync(join(folder, 'session-secret'))).toBe(false);
  writeFileSync(join(folder, 'old'), `${second}\n`);
  const sessionTokenKeys = [
    { kid: 'new', env: 'NEW' },
    { kid: 'old', file: join(folder, 'old') },
  ];
  const env = { NEW: first, FAMILIAR_SESSION_SECRET: given };
  expect(readSessionSecrets(configOf({}, { sessionTokenKeys }), env, folder)).toEqual([
    { kid: 'new', secret: first },
    { kid: 'old', secret: second },
  ]);
  expect(read({ FAMILIAR_SESSION_SECRET: '' })[0]?.kid).toBe('file');
});

test('a weak or damaged one is named by where it stands, and never repeated', () => {
  const weak = { FAMILIAR_SESSION_SECRET: 'canarycanary' };
  expect(() => read(weak)).toThrow(/^FAMILIAR_SESSION_SECRET: This HS256 secret decodes to \d+ bytes; 32 is the least\. Make a new one/);
  expect(() => read(weak)).not.toThrow(/canary/);
  const sessionTokenKeys = [
    { kid: 'a', secret: strong() },
    { kid: 'b', secret: 'x'.repeat(43) },
  ] as const;
  expect(() => readSessionSecrets(configOf({}, { sessionTokenKeys }), {}, folder)).toThrow(/^sessionTokenKeys\.1: /);
  const file = join(folder, 'session-secret');
  writeFileSync(file, '');
  expect(() => read()).toThrow(`The file ${file} is damaged. Delete it, and a new one is made`);
});

test('a data folder that is a file is said to be none', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const dataDir of [file, join(file, 'below')]) {
    expect(() => read({}, dataDir)).toThrow(/^The data folder cannot be used \((EEXIST|ENOTDIR)\)\. Set DATA_DIR to a folder/);
  }
});

test('a secret that is not there is named by its source', () => {
  expect(() => readSecret({ env: 'SHOP_KEY' }, {})).toThrow(
    'The environment variable SHOP_KEY is not set. Set it before the start, or name another source.',
  );
  expect(() => readSecret({ env: 'SHOP_KEY' }, { SHOP_KEY: '' })).toThrow('SHOP_KEY is not set');
  const file = join(folder, 'missing');
  expect(() => readSecret({ file }, {})).toThrow(`The file ${file} cannot be read (ENOENT). Compare the path, and let this user read it.`);
  expect(() => readSecret({ file: folder }, {})).toThrow('cannot be read (EISDIR)');
  writeFileSync(file, 'canary, not JSON');
  const key = { issuer: 'acme', file };
  expect(() => readIdentityKey(key, {})).toThrow(`The key file ${file} is not JSON. Write one JWK or one JWK set into it.`);
  expect(() => readIdentityKey(key, {})).not.toThrow(/canary/);
});

test('a key that cannot be used is named by its agent and place, and stops the start', async () => {
  const start = (members: Partial<AgentConfig>) => createBackend(configOf(members), { env: {} });
  const weak = { issuer: 'acme', kid: 'a', secret: 'canarycanary' };
  await expect(start({ identityKeys: [weak] })).rejects.toThrow(/^acme\/helper, identityKeys\.0: This HS256 secret decodes to/);
  const jwk = { kty: 'EC', crv: 'P-256', x: 'canary', y: 'canarycanary' };
  await expect(start({ identityKeys: [{ issuer: 'acme', kid: 'a', jwk }] })).rejects.toThrow('identityKeys.0: This JWK is damaged');
  await expect(start({ secretKeys: [{ name: 'shop', secret: 'sk_canary' }] })).rejects.toThrow(
    'The secret key "shop" is not "sk_" and 22 or more random characters of base64url. Make one from 24 random bytes.',
  );
  const secret = `sk_${strong()}`;
  const twice = ['one', 'two'].map((name) => ({ name, secret }));
  await expect(start({ secretKeys: twice })).rejects.toThrow('The same secret key is listed twice.');
});

test('a start that failed leaves the data folder free for the next', async () => {
  const weak = { issuer: 'acme', kid: 'a', secret: 'canarycanary' };
  await expect(createBackend(configOf({ identityKeys: [weak] }), { env: {} })).rejects.toThrow('HS256');
  const sessionTokenKeys = ['a', 'a'].map((kid) => ({ kid, secret: strong() }));
  await expect(createBackend(configOf({}, { sessionTokenKeys }), { env: {} })).rejects.toThrow(
    'Each session secret needs a kid of its own',
  );
  const backend = await createBackend(configOf(), { env: {} });
  expect((await backend.fetch(new Request('http://localhost/readyz'))).status).toBe(200);
  await backend.close(0);
});
