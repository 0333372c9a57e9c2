import { parseConfig } from '../config/parse-config.ts';
import type { Config } from '../config/config.ts';
import type { Warn } from '../config/warn.ts';
import type { IdentityInput } from '../identity/identity.ts';

const KEYS = new Set(['userId', 'identityToken', 'getIdentityToken', 'attributes']);

/** Whom the settings name. */
export function identityOf({ userId, identityToken, getIdentityToken, attributes }: Config): IdentityInput {
  return { userId, identityToken, getIdentityToken, attributes };
}

/** Reads the argument of `identify`; null, with a warning, where it names nobody. */
export function parseIdentify(who: unknown, warn: Warn): IdentityInput | null {
  if (typeof who !== 'object' || who === null) {
    warn('identify takes {userId} or {getIdentityToken}; ignored. To sign out call logout.');
    return null;
  }
  const entries = Object.entries(who);
  for (const [key] of entries) if (!KEYS.has(key)) warn(`identify does not know "${key.slice(0, 40)}"; ignored.`);
  const init = Object.fromEntries(entries.filter(([key]) => KEYS.has(key)));
  const config = parseConfig({ defaults: { agent: 'a/a', embedKey: 'a', baseUrl: 'https://a' }, init }, warn);
  if (config === null) return null;
  const input = identityOf(config);
  if (input.userId !== null || input.identityToken !== null || input.getIdentityToken !== null) return input;
  warn('identify got neither userId nor identityToken nor getIdentityToken; ignored. To sign out call logout.');
  return null;
}
