import { generateSigningKey, signIdentityToken } from '@familiar/server-signer';
import { exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import type { AgentConfig } from '../src/config/config.ts';
import { AGENT, openHttpWorld } from './http-world.ts';

/** Compiled with the rest: what the signer gives goes into the configuration as it is. */
test.each(['ES256', 'EdDSA'] as const)('the public key that the signer makes for %s is a configured key, untouched', async (alg) => {
  const { publicJwk, privateJwk } = await generateSigningKey({ alg });
  const another = await exportJWK((await generateKeyPair('RS256', { extractable: true })).publicKey);
  const identityKeys: AgentConfig['identityKeys'] = [
    { issuer: 'acme', jwk: publicJwk },
    { issuer: 'acme', jwk: another, kid: 'rsa' },
    { issuer: 'acme', jwks: { keys: [(await generateSigningKey()).publicJwk] } },
  ];
  const world = await openHttpWorld({ agent: { identityKeys } });
  const identity_token = await signIdentityToken({ agent: AGENT, issuer: 'acme', key: privateJwk, sub: 'alice' });
  expect(await world.mint({ identity_token })).toMatchObject({ level: 'verified', participant: { id: 'alice' } });
  await world.close();
});

test('a private key, or an HS256 secret in the place of a public key, is refused at the start', async () => {
  const { privateJwk } = await generateSigningKey();
  const { publicJwk: secret } = await generateSigningKey({ alg: 'HS256' });
  for (const jwk of [privateJwk, secret]) {
    const opened = openHttpWorld({ agent: { identityKeys: [{ issuer: 'acme', jwk }] } });
    await expect(opened).rejects.toThrow('Register the public one; a shared secret goes into "secret".');
  }
});
