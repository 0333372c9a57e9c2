import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackend, defineConfig, functionAgent } from '@familiar/agent-backend';
import { createSigner, generateSigningKey } from '@familiar/server-signer';
import { BrowserClient } from '../e2e/browser-client.ts';

const ROUNDS = 300;
const ORIGIN = 'http://localhost:4000';
const BACKEND = 'http://localhost:4100';

/** Medians of a call in process: no network, a real store with every commit on disk. */
async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'familiar-bench-'));
  const { privateJwk, publicJwk } = await generateSigningKey({ alg: 'ES256' });
  const backend = await createBackend(
    defineConfig({
      dataDir,
      publicUrl: BACKEND,
      agents: {
        'bench/agent': {
          name: 'Bench',
          agent: functionAgent(async function* () {
            yield 'ok';
          }),
          embedKeys: [{ key: 'pk_bench', origins: [ORIGIN] }],
          identityKeys: [{ issuer: 'bench', jwk: { ...publicJwk } }],
          limits: { mintsPerHour: 1_000_000, mintBurst: 1_000_000 },
        },
      },
    }),
  );
  const signer = createSigner({ agent: 'bench/agent', issuer: 'bench', key: privateJwk });
  const browser = await BrowserClient.create(BACKEND, ORIGIN);
  const mint = async (body: object): Promise<Request> =>
    new Request(browser.mintUrl, {
      method: 'POST',
      headers: { Origin: ORIGIN, 'Content-Type': 'application/json', DPoP: await browser.proof({ url: browser.mintUrl }) },
      body: JSON.stringify({ embed_key: 'pk_bench', ...body }),
    });

  const health = await median(
    async () => new Request(`${BACKEND}/healthz`),
    (request) => backend.fetch(request),
  );
  const anonymous = await median(
    () => mint({}),
    (request) => backend.fetch(request),
  );
  const verified = await median(
    async () => mint({ identity_token: await signer.sign({ sub: 'u_1' }) }),
    (request) => backend.fetch(request),
  );
  print('health check', health, health);
  print('mint, anonymous', anonymous, health);
  print('mint, verified (ES256)', verified, health);
  await backend.close(0);
  rmSync(dataDir, { recursive: true, force: true });
}

async function median(make: () => Promise<Request>, call: (request: Request) => Promise<Response>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const request = await make();
    const start = performance.now();
    const response = await call(request);
    times.push(performance.now() - start);
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  }
  return times.sort((a, b) => a - b)[ROUNDS / 2] ?? 0;
}

function print(what: string, ms: number, base: number): void {
  process.stdout.write(`${what.padEnd(26)}${ms.toFixed(2).padStart(8)} ms ${(ms / base).toFixed(1).padStart(6)} x\n`);
}

await main();
