import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Certificate, makeCertificate } from '../../test/certificate.ts';
import { createTestSigner } from '../../test/identity-signer.ts';
import { type KeySetServer, publish, startKeySetServer } from '../../test/key-set-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'familiar-tls-'));
const signer = await createTestSigner('k1');
const publishKeys: RequestListener = (_request, response) => publish([signer.jwk])(response);
const closes: (() => Promise<unknown>)[] = [];

async function serve(certificate: Certificate, listener: RequestListener): Promise<string> {
  const server = createServer(certificate, listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closes.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  });
  return `https://localhost:${(server.address() as AddressInfo).port}/jwks.json`;
}

/** As an operator starts a backend: a process of its own, with or without the issuers' authority among those it trusts. */
async function ask(urls: readonly string[], trusted: string | null): Promise<unknown> {
  const { NODE_EXTRA_CA_CERTS: _others, ...env } = process.env;
  const program = [join(import.meta.dirname, '../../test/ask-key-set.ts'), 'k1', ...urls];
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=familiar-source', ...program], {
    env: trusted === null ? env : { ...env, NODE_EXTRA_CA_CERTS: trusted },
    timeout: 20_000,
  });
  return JSON.parse(stdout);
}

describe('a key set behind TLS', { timeout: 60_000 }, () => {
  const trusted = join(folder, 'trusted.pem');
  let plain: KeySetServer;
  let good: string;
  beforeAll(async () => {
    const certificate = makeCertificate();
    writeFileSync(trusted, certificate.cert);
    plain = await startKeySetServer(publish([signer.jwk]));
    closes.push(() => plain.close());
    good = await serve(certificate, publishKeys);
  });
  afterAll(async () => {
    for (const close of closes) await close();
    rmSync(folder, { recursive: true });
  });

  test('is fetched where its certificate is trusted, and refused by name where it is not', async () => {
    expect(await ask([good], trusted)).toEqual([{ found: 'ES256', troubles: [] }]);
    expect(await ask([good], null)).toEqual([{ found: 'IssuerAwayError', troubles: ['certificate_refused'] }]);
  });

  test('is refused with a certificate that has expired, or is for another host, though its authority is trusted', async () => {
    const certificates = [makeCertificate({ expiresAtMs: Date.now() - 1000 }), makeCertificate({ host: 'other.example' })];
    const all = join(folder, 'all.pem');
    writeFileSync(all, certificates.map(({ cert }) => cert).join(''));
    const urls = await Promise.all(certificates.map((certificate) => serve(certificate, publishKeys)));
    const refused = { found: 'IssuerAwayError', troubles: ['certificate_refused'] };
    expect(await ask(urls, all)).toEqual([refused, refused]);
  });

  test('does not send the backend on to plain http, nor anywhere', async () => {
    const certificate = makeCertificate();
    const redirecting = join(folder, 'redirecting.pem');
    writeFileSync(redirecting, certificate.cert);
    const urls: string[] = [];
    for (const location of [plain.url, good]) {
      urls.push(await serve(certificate, (_request, response) => void response.writeHead(302, { location }).end()));
    }
    const refused = { found: 'IssuerAwayError', troubles: ['redirected'] };
    expect(await ask(urls, redirecting)).toEqual([refused, refused]);
    expect(plain.requests()).toBe(0);
  });
});
