import { parseAgentName } from '@familiar/protocol';
import type { Config } from './config.ts';
import { copy } from './own.ts';
import type { Warn } from './warn.ts';

/** Gives `undefined` for a bad value. */
type Parser = (value: unknown) => unknown;

const isBag = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
const text: Parser = (value) => (typeof value === 'string' && value) || undefined;
const bag: Parser = (value) => (isBag(value) ? copy(value) : undefined);
const oneOf =
  (...choices: readonly unknown[]): Parser =>
  (value) =>
    choices.includes(value) ? value : undefined;
const flag: Parser = (value) =>
  value === '' || value === 'true' || value === true ? true : value === 'false' || value === false ? false : undefined;

function words(value: unknown): unknown {
  return isBag(value) ? copy(Object.fromEntries(Object.entries(value).filter(([, word]) => typeof word === 'string'))) : undefined;
}

function webUrl(value: unknown): unknown {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? (url.origin + url.pathname).replace(/\/+$/, '') : undefined;
}

const PARSERS: { readonly [Key in keyof Config]: Parser } = {
  agent: (value) => (parseAgentName(value) ? value : undefined),
  embedKey: text,
  baseUrl: webUrl,
  // A present id or token is never dropped, whatever it is: that would make the visitor anonymous in silence (R6).
  userId: (value) => (typeof value === 'string' ? value : ''),
  identityToken: (value) => (typeof value === 'string' ? value : ''),
  getIdentityToken: (value) => (typeof value === 'function' ? value : undefined),
  attributes: bag,
  instance: text,
  mode: oneOf('launcher', 'inline', 'page'),
  container: (value) => (value instanceof Element ? value : text(value)),
  locale: text,
  theme: words,
  texts: words,
  context: bag,
  consent: oneOf('granted', 'pending'),
  sharedDevice: flag,
  idleMinutes: (value) => (Number(value) > 0 ? Number(value) : undefined),
  debug: flag,
};

const isOption = (key: string): key is keyof Config => Object.hasOwn(PARSERS, key);

/** Reads one layer of settings over `into`. `null`, which frameworks pass for "none", changes nothing. */
function readLayer(into: Record<string, unknown>, layer: unknown, warn: Warn): void {
  if (layer === undefined || layer === null) return;
  if (!isBag(layer)) return warn('not-settings');
  for (const [key, value] of Object.entries(layer)) {
    if (value === undefined || value === null) continue;
    const parsed = isOption(key) ? PARSERS[key](value) : undefined;
    if (parsed === undefined) warn(isOption(key) ? 'bad-setting' : 'unknown-setting', key);
    else into[key] = key === 'theme' || key === 'texts' ? copy(Object(into[key]), Object(parsed)) : parsed;
  }
}

/**
 * Merges layers of settings, later wins (contract §8: defaults, server, `data-*`, init); `theme` and `texts` key by key.
 * Nothing in them is trusted: a bad value is dropped, with a warning. The needed ones may be missing: see `isComplete`.
 */
export function parseConfig(layers: readonly unknown[], warn: Warn): Config {
  const config: Record<string, unknown> = copy<Record<string, unknown>>({
    mode: 'launcher',
    locale: 'en',
    theme: copy(),
    texts: copy(),
    consent: 'granted',
    sharedDevice: false,
    idleMinutes: 10,
    debug: false,
  });
  for (const key of Object.keys(PARSERS)) config[key] ??= null;
  for (const layer of layers) readLayer(config, layer, warn);
  return config as unknown as Config;
}

export const isComplete = ({ agent, embedKey, baseUrl }: Config): boolean => !!(agent && embedKey && baseUrl);
