import type { Config } from './config.ts';
import { copy, must, oneOf, or, own, positive, type Read, text } from './own.ts';
import type { Warn } from './warn.ts';

const filled = must((value) => text(value) !== '');
const bag: Read<Record<string, unknown>> = (value) => copy(must(isBag)(value));
const flag: Read<boolean> = (value) => must((word) => /^(true|false|)$/.test(text(word)))(String(value)) !== 'false';

function isBag(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value);
}

/** An object's own texts. */
export const words: Read<Record<string, string>> = (value) =>
  copy(Object.fromEntries(Object.entries(bag(value)).filter(([, word]) => typeof word === 'string'))) as Record<string, string>;

const address = must<string>((value) => /^https?:\/\/[^?#@\s]+$/i.test(text(value)));
const webUrl: Read<string> = (value) => address(value).replace(/\/+$/, '');

/** A present id or token is never dropped, whatever it is: that would make the visitor anonymous in silence (R6). */
const kept = or(text, '');

const READERS: { readonly [Key in keyof Config]: Read<unknown> } = {
  // Two slugs; the server knows the rest of the rule.
  agent: must((value) => /^[\da-z-]+\/[\da-z-]+$/.test(text(value))),
  embedKey: filled,
  baseUrl: webUrl,
  userId: kept,
  identityToken: kept,
  getIdentityToken: must((value) => typeof value === 'function'),
  attributes: bag,
  instance: filled,
  mode: oneOf('launcher', 'inline', 'page'),
  container: (value) => (value instanceof Element ? value : must((found) => found !== null)(document.querySelector(text(value)))),
  locale: filled,
  theme: words,
  texts: words,
  context: bag,
  consent: oneOf('granted', 'pending'),
  sharedDevice: flag,
  idleMinutes: (value) => positive(Number(value)),
  debug: flag,
};

const CHANGEABLE = /^(theme|texts|locale|context|consent)$/;

const DEFAULTS = {
  ...Object.fromEntries(Object.keys(READERS).map((key) => [key, null])),
  mode: 'launcher',
  locale: 'en',
  theme: copy(),
  texts: copy(),
  consent: 'granted',
  sharedDevice: false,
  idleMinutes: 10,
  debug: false,
};

/** `null` and `undefined`, which frameworks pass for "none", change nothing. */
const isGiven = (entry: [string, unknown]): boolean => (entry[1] ?? null) !== null;

/**
 * Merges layers of settings, later wins (contract §8: defaults, server, `data-*`, init); `theme` and `texts` key by key.
 * Nothing in them is trusted: a bad value is dropped, with a warning. The needed ones may be missing. Over settings in force,
 * only what can change in place.
 */
export function parseConfig(layers: readonly unknown[], warn: Warn, inForce?: Config): Config {
  const config = copy(inForce ?? DEFAULTS);
  const bags = layers.filter((layer) => isBag(layer) || warn('not-settings'));
  for (const [key, value] of bags.flatMap((layer) => Object.entries(copy(layer)).filter(isGiven))) {
    const read = own(READERS, key) as Read<unknown> | undefined;
    try {
      if (!read || (inForce && !CHANGEABLE.test(key))) warn(inForce ? 'unchangeable' : 'unknown-setting', key);
      else config[key] = read === words ? copy(config[key], read(value)) : read(value);
    } catch {
      // What was there before stays.
      warn('bad-setting', key);
    }
  }
  return config as unknown as Config;
}
