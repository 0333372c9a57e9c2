import { parseAgentName } from '@familiar/protocol';
import { z } from 'zod';
import { parseOrigin } from '../identity/origins.ts';
import type { Config } from './config.ts';
import { explainIssue } from './explain-issue.ts';

const text = z.string().min(1);
const count = z.int().min(1);
const origin = z.string().check((context) => {
  try {
    parseOrigin(context.value);
  } catch (error) {
    context.issues.push({ code: 'custom', message: error instanceof Error ? error.message : 'Not an origin.', input: context.value });
  }
});
const status = z.enum(['next', 'active', 'retiring', 'revoked']).optional();
const keyFacts = { issuer: text, status, retiredAtMs: z.int().optional() };
const members = z.record(z.string(), z.unknown());
const kid = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'A kid is 1 to 64 of A–Z, a–z, 0–9, "_" and "-".');
const words = z.record(z.string(), z.string());

function secretSource<T extends z.core.$ZodShape>(shape: T) {
  const said = Object.keys(shape).join(' and ');
  return z.union(
    [z.strictObject({ ...shape, env: text }), z.strictObject({ ...shape, file: text }), z.strictObject({ ...shape, secret: text })],
    `Write an object with ${said}, and with one of env (the name of an environment variable), file (a path) or secret.`,
  );
}

const IDENTITY_KEY = z.union(
  [
    z.strictObject({ ...keyFacts, jwk: members, kid: kid.optional(), alg: z.string().optional() }),
    z.strictObject({ ...keyFacts, jwks: z.strictObject({ keys: z.array(members) }) }),
    z.strictObject({ ...keyFacts, secret: text, kid, alg: z.literal('HS256').optional() }),
    z.strictObject({ ...keyFacts, file: text, kid: kid.optional() }),
    z.strictObject({ ...keyFacts, env: text, kid }),
    z.strictObject({
      issuer: text,
      // Which addresses are allowed, `parseKeySetUrl` says in a sentence of its own; a union would swallow it.
      jwksUrl: text,
      algs: z
        .array(z.enum(['ES256', 'EdDSA', 'RS256']))
        .min(1)
        .optional(),
    }),
  ],
  'Write an object with issuer, and with one of jwk, jwks, file, jwksUrl (beside it at most algs, of ES256, EdDSA and RS256), or, for HS256, kid with secret or env. Its status, if any, is next, active, retiring or revoked.',
);

const EMBED_KEY = z.strictObject({
  key: z.string().regex(/^pk_[A-Za-z0-9_-]{3,64}$/, 'An embed key is "pk_" and 3 to 64 of A–Z, a–z, 0–9, "_" and "-".'),
  origins: z.array(origin),
  enabled: z.boolean().optional(),
  strictBinding: z.boolean().optional(),
  minLevel: z.enum(['anonymous', 'soft', 'verified']).optional(),
});

const LIMITS_CONFIG = z.strictObject({
  messageBytes: count.max(32 * 1024).optional(),
  queuedMessages: count.optional(),
  mintsPerHour: count.optional(),
  mintBurst: count.optional(),
  anonymousMessagesPerMinute: count.optional(),
  anonymousMessagesPerDay: count.optional(),
  anonymousSessionsPerHour: count.optional(),
  anonymousSessionBurst: count.optional(),
  streamsPerParticipant: count.optional(),
  streamsPerAddress: count.optional(),
});

const isAgent = (value: unknown): boolean =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && 'run' in value && typeof value.run === 'function');

const AGENT = z.strictObject({
  name: text,
  greeting: z.string().optional(),
  suggestions: z.array(text).optional(),
  agent: z.custom(
    isAgent,
    'Write an object with run(turn), such as offlineAgent() gives, or a function of the environment that returns one.',
  ),
  embedKeys: z.array(EMBED_KEY).optional(),
  secretKeys: z.array(secretSource({ name: text })).optional(),
  identityKeys: z.array(IDENTITY_KEY).optional(),
  softIds: z.enum(['shared', 'browser', 'refuse']).optional(),
  softInstances: z.boolean().optional(),
  claim: z.enum(['ask', 'never']).optional(),
  limits: LIMITS_CONFIG.optional(),
  imageOrigins: z.array(origin).optional(),
  theme: words.optional(),
  texts: words.optional(),
});

const PORT = 'Write a whole number from 0 to 65535, here or as PORT; 0 takes any port that is free.';
const PROXIES = 'Write how many proxies of yours stand in front of this process: a whole number from 0 to 10.';

const CONFIG = z.strictObject({
  agents: z
    .record(z.string(), AGENT)
    .refine(
      (agents) => Object.keys(agents).every((name) => parseAgentName(name) !== null),
      'Name each agent "org/agent": small letters, digits and single "-" between them.',
    )
    .refine((agents) => Object.keys(agents).length > 0, 'It is empty. Write at least one agent.'),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'Write the address at which browsers reach this backend, such as "https://chat.example".' })
    .optional(),
  port: z.int(PORT).min(0, PORT).max(65_535, PORT).optional(),
  host: text.optional(),
  dataDir: text.optional(),
  databaseUrl: z.string().optional(),
  trustedProxies: z.int(PROXIES).min(0, PROXIES).max(10, PROXIES).optional(),
  sessionTokenKeys: z.array(secretSource({ kid })).min(1).optional(),
});

/** Throws `TypeError` with one line for each mistake; no value is repeated, for it may be a secret. */
export function parseConfig(value: unknown): Config {
  const parsed = CONFIG.safeParse(value, { error: explainIssue });
  if (parsed.success) return value as Config;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.map(String).join('.') || 'config'}: ${message}`);
  throw new TypeError(`The configuration has ${lines.length === 1 ? 'a mistake' : 'mistakes'}:\n${lines.join('\n')}`);
}
