import { parseAgentName } from '@familiar/protocol';
import type { Bag, Config, Words } from './config.ts';
import type { Warn } from './warn.ts';

/** Where settings come from; later wins (contract §8). Nothing in them is trusted. */
export interface ConfigSources {
  readonly defaults?: unknown;
  readonly server?: unknown;
  readonly attributes?: unknown;
  readonly init?: unknown;
}

type Parser<T> = (value: unknown) => T | undefined;

const text: Parser<string> = (value) => (typeof value === 'string' && value !== '' ? value : undefined);
// A present userId is never dropped, whatever it is: dropping it would make the visitor anonymous in silence (R6).
const rawId: Parser<string> = (value) => (typeof value === 'string' ? value : `\u0000${typeof value}`);
const flag: Parser<boolean> = (value) => (value === '' || value === 'true' ? true : value === 'false' ? false : bool(value));
const bool: Parser<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);
const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null && !Array.isArray(value);

function oneOf<T extends string>(...choices: readonly T[]): Parser<T> {
  return (value) => choices.find((choice) => choice === value);
}

/** Own keys only, into an object without a prototype: what a page put on `Object.prototype` has no effect. */
function bag(value: unknown): Bag | undefined {
  return isBag(value) ? Object.assign(Object.create(null), Object.fromEntries(Object.entries(value))) : undefined;
}

function words(value: unknown): Words | undefined {
  if (!isBag(value)) return undefined;
  const result: Record<string, string> = Object.create(null);
  for (const [key, word] of Object.entries(value)) if (typeof word === 'string') result[key] = word;
  return result;
}

function webUrl(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const url = URL.canParse(value) ? new URL(value) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? (url.origin + url.pathname).replace(/\/+$/, '') : undefined;
}

const OPTIONS: { readonly [Key in keyof Config]: readonly [Parser<Config[Key]>, mend: string] } = {
  agent: [
    (value) => (parseAgentName(value) ? String(value) : undefined),
    'an agent is named "org/agent", two slugs of a-z, 0-9 and hyphens',
  ],
  embedKey: [text, 'use the publishable key of the agent, "pk_…"'],
  baseUrl: [webUrl, "use the backend's address, such as https://chat.example.com"],
  userId: [rawId, 'use a string'],
  identityToken: [(value) => (typeof value === 'string' ? value : ''), 'use the JWT that your server signed'],
  getIdentityToken: [
    (value) => (typeof value === 'function' ? (value as Config['getIdentityToken']) : undefined),
    'use a function that returns the JWT that your server signed, or a promise of it',
  ],
  attributes: [bag, 'use an object'],
  instance: [text, 'use the name of a shared instance'],
  mode: [oneOf('launcher', 'inline', 'page'), 'use "launcher", "inline" or "page"'],
  container: [(value) => (value instanceof Element ? value : text(value)), 'use an element or a CSS selector'],
  locale: [text, 'use a language tag such as "en" or "pt-BR"'],
  theme: [words, 'use an object of strings, such as {accent: "#0a7"}'],
  texts: [words, 'use an object of strings'],
  context: [bag, 'use an object'],
  consent: [oneOf('granted', 'pending'), 'use "granted" or "pending"'],
  sharedDevice: [flag, 'use true or false'],
  debug: [flag, 'use true or false'],
};

const isOption = (key: string): key is keyof Config => Object.hasOwn(OPTIONS, key);

/** Settings that are merged key by key instead of being replaced. */
const MERGED = new Set<string>(['theme', 'texts']);

/** A setting left out on purpose: `undefined`, or `null`, which frameworks pass for "none". */
const isAbsent = (value: unknown): boolean => value === undefined || value === null;

function readLayer(into: Record<string, unknown>, layer: unknown, warn: Warn): void {
  if (isAbsent(layer)) return;
  if (!isBag(layer)) return warn('Settings are an object; these were ignored.');
  for (const [key, value] of Object.entries(layer)) {
    if (isAbsent(value)) continue;
    if (!isOption(key)) {
      warn(`Unknown setting "${key.slice(0, 40)}"; ignored. The settings are: ${Object.keys(OPTIONS).join(', ')}.`);
      continue;
    }
    const [parse, mend] = OPTIONS[key];
    const parsed = parse(value);
    if (parsed === undefined) warn(`Setting "${key}" was ignored: ${mend}.`);
    else into[key] = MERGED.has(key) ? Object.assign(Object.create(null), into[key], parsed) : parsed;
  }
}

/**
 * Merges the settings, defaults < server < `data-*` < init. Each value is checked; a bad one is dropped and `warn` is
 * told its mend. Returns `null`, with a warning, when agent, embed key or base address are missing.
 */
export function parseConfig(sources: ConfigSources, warn: Warn): Config | null {
  const config: Record<string, unknown> = Object.assign(Object.create(null), {
    userId: null,
    identityToken: null,
    getIdentityToken: null,
    attributes: null,
    instance: null,
    mode: 'launcher',
    container: null,
    locale: 'en',
    theme: Object.create(null),
    texts: Object.create(null),
    context: null,
    consent: 'granted',
    sharedDevice: false,
    debug: false,
  });
  for (const layer of [sources.defaults, sources.server, sources.attributes, sources.init]) readLayer(config, layer, warn);
  const missing = ['agent', 'embedKey', 'baseUrl'].filter((key) => config[key] === undefined);
  if (missing.length === 0) return config as unknown as Config;
  warn(`The widget cannot start without ${missing.join(', ')}. Set data-agent, data-embed-key and data-base-url, or call init with them.`);
  return null;
}
