import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64url, importJWK, jwtVerify } from 'jose';
import { afterAll, expect, test } from 'vitest';
// The signer never imports the backend; that both agree on a token made by neither is what this file is about.
import { createIdentityKeys } from '../../agent-backend/src/identity/identity-keys.ts';
import { verifyIdentityToken } from '../../agent-backend/src/identity/identity-token.ts';
import { diagnose } from '../src/doctor/diagnose.ts';
import { generateSigningKey } from '../src/generate-signing-key.ts';

interface Snippet {
  readonly language: string;
  readonly alg: string;
  readonly code: string;
}

/** How each language of the document runs a file, by what it needs to be there. The first command that answers is taken. */
const RUNNERS: Readonly<Record<string, { readonly file: string; readonly commands: readonly string[][]; readonly probe: string[] }>> = {
  'python ES256': { file: 'sign.py', commands: [['python3'], ['/usr/bin/python3']], probe: ['-c', 'import jwt, cryptography'] },
  'python HS256': { file: 'sign.py', commands: [['python3'], ['/usr/bin/python3']], probe: ['-c', 'import hmac'] },
  php: { file: 'sign.php', commands: [['php']], probe: ['-r', 'exit(extension_loaded("openssl") ? 0 : 1);'] },
  ruby: { file: 'sign.rb', commands: [['ruby', '-W0']], probe: ['-ropenssl', '-e', 'exit'] },
  go: { file: 'sign.go', commands: [['go', 'run']], probe: [] },
};

const folder = mkdtempSync(join(tmpdir(), 'familiar-languages-'));
afterAll(() => rmSync(folder, { recursive: true }));
const snippets = readSnippets(readFileSync(new URL('../../docs/signing-in-other-languages.md', import.meta.url), 'utf8'));
const runnable = snippets.flatMap((snippet) => {
  const { file, commands, probe } = RUNNERS[`${snippet.language} ${snippet.alg}`] ??
    RUNNERS[snippet.language] ?? { file: '', commands: [], probe: [] };
  const command = commands.find(([program = '']) => spawnSync(program, program === 'go' ? ['version'] : probe).status === 0);
  return command === undefined ? [] : [{ ...snippet, file, command }];
});

function readSnippets(document: string): Snippet[] {
  const blocks = document.matchAll(/^### (ES256|HS256)\n+```(\w+)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, alg = '', language = '', code = '']) => ({ language, alg, code }));
}

test('the document has a program for each language and both algorithms', () => {
  const names = ['python', 'php', 'ruby', 'go'].flatMap((language) => [`${language} ES256`, `${language} HS256`]);
  expect(snippets.map(({ language, alg }) => `${language} ${alg}`)).toEqual(names);
});

const ran = runnable.map(({ language, alg }) => `${language} ${alg}`);
test(`programs run on this machine: ${ran.join(', ') || 'none'}`, () => {
  // A machine that promises its languages (SIGNING_LANGUAGES=php,ruby,…) fails when one is missing, instead of testing less.
  for (const language of (process.env['SIGNING_LANGUAGES'] ?? '').split(',').filter(Boolean)) {
    expect(ran).toEqual(expect.arrayContaining([`${language} ES256`, `${language} HS256`]));
  }
});

for (const { language, alg, code, file, command } of runnable) {
  test(
    `a token signed with ${alg} in ${language} is verified by jose, by the doctor and by the backend`,
    { timeout: 180_000 },
    async () => {
      const { privateJwk, publicJwk } = await generateSigningKey({ alg: alg as 'ES256' | 'HS256', kid: 'web-1' });
      const source = join(folder, `${alg}-${file}`);
      const keyFile = join(folder, `${language}-${alg}.pem`);
      writeFileSync(source, code);
      if (alg === 'ES256')
        writeFileSync(keyFile, createPrivateKey({ key: { ...privateJwk }, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }));
      const [program = '', ...rest] = command;
      const env = {
        ...process.env,
        FAMILIAR_KEY_FILE: keyFile,
        FAMILIAR_SECRET: privateJwk.k ?? '',
        FAMILIAR_KID: 'web-1',
        LANG: 'C.UTF-8',
      };
      // Several runs: a short r or s, or a jti that needs other characters, shows in some only.
      for (let run = 0; run < (language === 'go' ? 1 : 5); run++) {
        const token = execFileSync(program, [...rest, source], { env, encoding: 'utf8' }).trim();
        await expectGood(token, publicJwk);
      }
    },
  );
}

async function expectGood(token: string, publicJwk: Awaited<ReturnType<typeof generateSigningKey>>['publicJwk']): Promise<void> {
  const agent = 'fernwell/guide';
  const issuer = 'fernwell';
  const key = publicJwk.k === undefined ? await importJWK({ ...publicJwk }) : base64url.decode(publicJwk.k);
  const options = {
    algorithms: [publicJwk.alg],
    audience: agent,
    issuer,
    typ: 'identity+jwt',
    requiredClaims: ['sub', 'jti', 'iat', 'exp'],
  };
  const { payload, protectedHeader } = await jwtVerify(token, key, options);
  expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid', 'typ']);
  expect(payload).toMatchObject({ sub: 'member-5f2c81', name: 'Zoë' });
  expect(await diagnose(token, { agent, issuer, keys: [publicJwk], clock: Date.now })).toMatchObject({ kind: 'good' });
  const entry = publicJwk.k === undefined ? { issuer, jwk: { ...publicJwk } } : { issuer, kid: publicJwk.kid, secret: publicJwk.k };
  const keys = await createIdentityKeys({ [agent]: [entry] });
  expect(await verifyIdentityToken(token, { agent, keys, clock: Date.now })).toMatchObject({
    sub: 'member-5f2c81',
    name: 'Zoë',
    kid: 'web-1',
  });
}
