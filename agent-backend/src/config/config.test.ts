import { describe, expect, test } from 'vitest';
import { functionAgent } from '../agents/function-agent.ts';
import { type Config, defineConfig } from './config.ts';

const HELPER = {
  name: 'Helper',
  agent: functionAgent(async function* () {
    yield 'hello';
  }),
};
const whole = (members: object): unknown => ({ agents: { 'acme/helper': HELPER }, ...members });
const agent = (members: object): unknown => whole({ agents: { 'acme/helper': { ...HELPER, ...members } } });
const embedKey = (members: object): unknown => agent({ embedKeys: [{ key: 'pk_abc', origins: ['https://shop.example'], ...members }] });
const identityKey = (members: unknown): unknown => agent({ identityKeys: [members] });
/** Untyped, as a configuration in JavaScript is. */
const define = (config: unknown): Config => defineConfig(config as Config);

const SOURCE = 'one of env (the name of an environment variable), file (a path) or secret.';
const IDENTITY_KEY = 'Write an object with issuer, and with one of jwk, jwks, file, jwksUrl';
const ORIGIN = 'An origin is an address such as "https://shop.example".';
const EXACT_ORIGIN = 'An origin is written exactly as the browser sends it';
const KID = 'A kid is 1 to 64 of A–Z, a–z, 0–9, "_" and "-".';
const EMBED_KEY = 'An embed key is "pk_" and 3 to 64 of A–Z, a–z, 0–9, "_" and "-".';
const AN_AGENT = 'Write an object with run(turn), such as offlineAgent() gives, or a function of the environment that returns one.';
const PORT = 'Write a whole number from 0 to 65535, here or as PORT; 0 takes any port that is free.';
const PROXIES = 'Write how many proxies of yours stand in front of this process: a whole number from 0 to 10.';
const PUBLIC_URL = 'Write the address at which browsers reach this backend, such as "https://chat.example".';
const EMPTY = 'It is empty. Write something, or leave it out.';

/** What is wrong, the setting that is named, and how to mend it. */
const BAD: readonly (readonly [what: string, config: unknown, where: string, mend: string])[] = [
  ['no configuration', undefined, 'config', 'It is missing. Write an object in { }.'],
  ['a text', 'canary', 'config', 'Write an object in { }.'],
  ['a misspelt setting', whole({ prot: 1 }), 'config', 'There is no setting "prot" here. Compare its spelling, or leave it out.'],
  ['no agents', {}, 'agents', 'It is missing. Write an object in { }.'],
  ['an empty list of agents', whole({ agents: {} }), 'agents', 'It is empty. Write at least one agent.'],
  ['an agent in capitals', whole({ agents: { 'Acme/Helper': HELPER } }), 'agents', 'Name each agent "org/agent"'],
  ['an agent without org', whole({ agents: { helper: HELPER } }), 'agents', 'Name each agent "org/agent"'],
  ['an agent of null', whole({ agents: { 'acme/helper': null } }), 'agents.acme/helper', 'Write an object in { }.'],
  ['publicUrl without scheme', whole({ publicUrl: 'canary.example' }), 'publicUrl', PUBLIC_URL],
  ['publicUrl of another scheme', whole({ publicUrl: 'ftp://canary.example' }), 'publicUrl', PUBLIC_URL],
  ['port that is no number', whole({ port: Number('canary') }), 'port', PORT],
  ['port in quotes', whole({ port: '80' }), 'port', PORT],
  ['port too large', whole({ port: 70_000 }), 'port', PORT],
  ['host empty', whole({ host: '' }), 'host', EMPTY],
  ['dataDir empty', whole({ dataDir: '' }), 'dataDir', EMPTY],
  ['databaseUrl no text', whole({ databaseUrl: 5432 }), 'databaseUrl', 'Write a text in quotes.'],
  ['trustedProxies negative', whole({ trustedProxies: -1 }), 'trustedProxies', PROXIES],
  ['trustedProxies true', whole({ trustedProxies: true }), 'trustedProxies', PROXIES],
  ['trustedProxies too many', whole({ trustedProxies: 11 }), 'trustedProxies', PROXIES],
  ['sessionTokenKeys empty', whole({ sessionTokenKeys: [] }), 'sessionTokenKeys', EMPTY],
  ['sessionTokenKeys nowhere', whole({ sessionTokenKeys: [{ kid: 'a' }] }), 'sessionTokenKeys.0', SOURCE],
  ['sessionTokenKeys, odd kid', whole({ sessionTokenKeys: [{ kid: 'a b', secret: 'canary' }] }), 'sessionTokenKeys.0.kid', KID],
  ['name missing', agent({ name: undefined }), 'agents.acme/helper.name', 'It is missing. Write a text in quotes.'],
  ['agent missing', agent({ agent: undefined }), 'agents.acme/helper.agent', AN_AGENT],
  ['agent without run', agent({ agent: {} }), 'agents.acme/helper.agent', AN_AGENT],
  ['greeting a number', agent({ greeting: 7 }), 'agents.acme/helper.greeting', 'Write a text in quotes.'],
  ['suggestions a text', agent({ suggestions: 'canary' }), 'agents.acme/helper.suggestions', 'Write a list in [ ].'],
  ['an empty suggestion', agent({ suggestions: [''] }), 'agents.acme/helper.suggestions.0', EMPTY],
  ['softIds unknown', agent({ softIds: 'canary' }), 'agents.acme/helper.softIds', 'Write "shared" or "browser" or "refuse".'],
  ['softInstances a text', agent({ softInstances: 'canary' }), 'agents.acme/helper.softInstances', 'Write true or false.'],
  ['claim unknown', agent({ claim: 'always' }), 'agents.acme/helper.claim', 'Write "ask" or "never".'],
  ['a limit of nothing', agent({ limits: { mintBurst: 0 } }), 'agents.acme/helper.limits.mintBurst', 'Write a number of 1 or more.'],
  ['half a mint', agent({ limits: { mintsPerHour: 1.5 } }), 'agents.acme/helper.limits.mintsPerHour', 'Write a whole number.'],
  [
    'messages too long',
    agent({ limits: { messageBytes: 99_999 } }),
    'agents.acme/helper.limits.messageBytes',
    'Write a number of 32768 or less.',
  ],
  ['an unknown limit', agent({ limits: { nope: 1 } }), 'agents.acme/helper.limits', 'There is no setting "nope" here.'],
  ['imageOrigins a host', agent({ imageOrigins: ['canary.example'] }), 'agents.acme/helper.imageOrigins.0', ORIGIN],
  ['theme a number', agent({ theme: { accent: 1 } }), 'agents.acme/helper.theme.accent', 'Write a text in quotes.'],
  ['texts a list', agent({ texts: [] }), 'agents.acme/helper.texts', 'Write an object in { }.'],
  ['embedKeys.key of another form', embedKey({ key: 'sk_canary' }), 'agents.acme/helper.embedKeys.0.key', EMBED_KEY],
  ['origins missing', embedKey({ origins: undefined }), 'agents.acme/helper.embedKeys.0.origins', 'It is missing. Write a list in [ ].'],
  ['an origin without scheme', embedKey({ origins: ['canary.example'] }), 'agents.acme/helper.embedKeys.0.origins.0', ORIGIN],
  ['an origin with a path', embedKey({ origins: ['https://canary.example/'] }), 'agents.acme/helper.embedKeys.0.origins.0', EXACT_ORIGIN],
  ['any origin', embedKey({ origins: ['https://*.example'] }), 'agents.acme/helper.embedKeys.0.origins.0', EXACT_ORIGIN],
  [
    'an origin of plain http',
    embedKey({ origins: ['http://canary.example'] }),
    'agents.acme/helper.embedKeys.0.origins.0',
    'An origin is https;',
  ],
  ['minLevel unknown', embedKey({ minLevel: 'canary' }), 'agents.acme/helper.embedKeys.0.minLevel', 'Write "anonymous" or "soft" or'],
  ['enabled a text', embedKey({ enabled: 'no' }), 'agents.acme/helper.embedKeys.0.enabled', 'Write true or false.'],
  [
    'a secret key as text',
    agent({ secretKeys: ['sk_canary'] }),
    'agents.acme/helper.secretKeys.0',
    `Write an object with name, and with ${SOURCE}`,
  ],
  ['a secret key nowhere', agent({ secretKeys: [{ name: 'a' }] }), 'agents.acme/helper.secretKeys.0', SOURCE],
  ['a secret key twice', agent({ secretKeys: [{ name: 'a', secret: 'canary', env: 'KEY' }] }), 'agents.acme/helper.secretKeys.0', SOURCE],
  ['an identity key of nothing', identityKey({ issuer: 'acme' }), 'agents.acme/helper.identityKeys.0', IDENTITY_KEY],
  ['an identity key of nobody', identityKey({ jwk: {} }), 'agents.acme/helper.identityKeys.0', IDENTITY_KEY],
  ['a JWK in quotes', identityKey({ issuer: 'acme', jwk: '{"canary":1}' }), 'agents.acme/helper.identityKeys.0', IDENTITY_KEY],
  ['a secret without kid', identityKey({ issuer: 'acme', secret: 'canary' }), 'agents.acme/helper.identityKeys.0', IDENTITY_KEY],
  ['an odd kid', identityKey({ issuer: 'acme', kid: 'a b', secret: 'canary' }), 'agents.acme/helper.identityKeys.0.kid', KID],
  [
    'an unknown status',
    identityKey({ issuer: 'acme', jwk: {}, status: 'old' }),
    'agents.acme/helper.identityKeys.0',
    'next, active, retiring or',
  ],
  [
    'HS256 from a URL',
    identityKey({ issuer: 'acme', jwksUrl: 'https://a.example', algs: ['HS256'] }),
    'agents.acme/helper.identityKeys.0',
    IDENTITY_KEY,
  ],
];

describe('a mistake is named with its setting and its mend, and no value is repeated', () => {
  test.each(BAD)('%s', (...[, config, where, mend]) => {
    const message = messageOf(() => define(config));
    const [heading, line, ...more] = message.split('\n');
    expect(heading).toBe('The configuration has a mistake:');
    expect(line?.slice(0, `  ${where}: `.length)).toBe(`  ${where}: `);
    expect(line).toContain(mend);
    expect(more).toEqual([]);
    expect(message).not.toContain('canary');
  });
});

test('all mistakes are told at once', () => {
  expect(messageOf(() => define({ agents: { 'acme/helper': { ...HELPER, name: '', claim: 'no' } }, port: -1 })).split('\n')).toEqual([
    'The configuration has mistakes:',
    '  agents.acme/helper.name: It is empty. Write something, or leave it out.',
    '  agents.acme/helper.claim: Write "ask" or "never".',
    `  port: ${PORT}`,
  ]);
});

test('what is right comes back as it was', () => {
  const config = whole({ port: 0, trustedProxies: 2, publicUrl: 'https://chat.example/base', host: '::1' });
  expect(define(config)).toBe(config);
  expect(define(embedKey({ origins: ['https://shop.example:8443', 'http://localhost:4000'], minLevel: 'soft' }))).toBeDefined();
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
  return 'accepted';
}
