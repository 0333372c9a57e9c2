import { timingSafeEqual } from 'node:crypto';
import { parseAgentName } from '@familiar/protocol';
import { sha256Base64url } from './hash.ts';

export interface SecretKeyEntry {
  /** What logs and audit call it; no secret. */
  readonly name: string;
  readonly agent: string;
  /** `sk_…` with 128 random bits or more: 22 to 128 characters of base64url. */
  readonly secret: string;
}

export interface SecretKey {
  readonly name: string;
  readonly agent: string;
}

export interface SecretKeys {
  find(secret: string): SecretKey | null;
}

const FORM = /^sk_[A-Za-z0-9_-]{22,128}$/;

/** Keeps SHA-256 hashes alone. Throws `TypeError` for a key that is too short, guessable or listed twice, without repeating it. */
export function createSecretKeys(entries: readonly SecretKeyEntry[]): SecretKeys {
  const keys = entries.map((entry) => {
    if (!FORM.test(entry.secret) || new Set(entry.secret).size < 12) {
      throw new TypeError(
        `The secret key "${entry.name}" is not "sk_" and 22 or more random characters of base64url. Make one from 24 random bytes.`,
      );
    }
    if (parseAgentName(entry.agent) === null) throw new TypeError(`The agent of the secret key "${entry.name}" is not "org/agent".`);
    return { name: entry.name, agent: entry.agent, hash: Buffer.from(sha256Base64url(entry.secret)) };
  });
  if (new Set(keys.map(({ hash }) => hash.toString())).size < keys.length)
    throw new TypeError('The same secret key is listed twice. Make one of its own for each entry: only one of them would ever be found.');
  return {
    find(secret) {
      if (!FORM.test(secret)) return null;
      const hash = Buffer.from(sha256Base64url(secret));
      // All are compared, so that the time tells neither which one matched nor whether any did.
      const found = keys.filter((key) => timingSafeEqual(key.hash, hash))[0];
      return found === undefined ? null : { name: found.name, agent: found.agent };
    },
  };
}
