import type { Config } from './config.ts';
import { copy, line, must, oneOf, own, positive, type Read, text } from './own.ts';
import type { Warn } from './warn.ts';

const isBag = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);

/** An object, or its JSON. */
const bag: Read<Record<string, unknown>> = (value) => copy(must(isBag)(typeof value === 'string' ? JSON.parse(value) : value));

/** An object's own texts. */
export const words: Read<Record<string, string>> = (value) =>
  copy(Object.fromEntries(Object.entries(bag(value)).filter(([, word]) => typeof word === 'string'))) as Record<string, string>;

const like = (form: RegExp): Read<string> => must((value) => form.test(text(value)));
const filled = like(/[^]/);
const webUrl = like(/^https?:\/\/[^?#@\s]+$/i);
const flag: Read<boolean> = (value) => oneOf('true', 'false', '')(String(value)) !== 'false';

/** How each setting is read, and what it is where nobody says. */
const SETTINGS: { readonly [Key in keyof Config]: readonly [read: Read<unknown>, initial?: Config[Key]] } = {
  // Two slugs; the server knows the rest of the rule.
  agent: [like(/^[\da-z-]+\/[\da-z-]+$/)],
  embedKey: [filled],
  baseUrl: [(value) => webUrl(value).replace(/\/+$/, '')],
  // Present ones are never dropped, whatever they are: that would make the visitor anonymous in silence (R6).
  userId: [line],
  identityToken: [line],
  getIdentityToken: [must((value) => typeof value === 'function')],
  attributes: [bag],
  instance: [filled],
  mode: [oneOf('launcher', 'inline', 'page'), 'launcher'],
  container: [(value) => (value instanceof Element ? value : must((found) => found !== null)(document.querySelector(text(value))))],
  locale: [filled, 'en'],
  theme: [words, copy() as Config['theme']],
  texts: [words, copy() as Config['texts']],
  context: [bag],
  consent: [oneOf('granted', 'pending'), 'granted'],
  sharedDevice: [flag, false],
  idleMinutes: [(value) => positive(Number(value)), 10],
  debug: [flag, false],
};

const CHANGEABLE = /^(theme|texts|locale|context|consent)$/;
/** One member of a setting that has some: `themeAccent`, which the tag's `data-theme-accent` reads as. */
const MEMBER = /^(theme|texts|attributes|context)([A-Z])(.*)/;

/** `null` and `undefined`, which frameworks pass for "none", change nothing. */
const isGiven = (entry: [string, unknown]): boolean => (entry[1] ?? null) !== null;

/**
 * Merges layers of settings, later wins (contract §8: defaults, server, `data-*`, init); `theme` and `texts` key by key.
 * Nothing in them is trusted: a bad value is dropped, with a warning. The needed ones may be missing. Over settings in force,
 * only what can change in place.
 */
export function parseConfig(layers: readonly unknown[], warn: Warn, inForce?: Config): Config {
  const hint = inForce ? 'update' : 'init';
  const config = copy(inForce ?? Object.fromEntries(Object.entries(SETTINGS).map(([key, [, initial = null]]) => [key, initial])));
  const bags = layers.filter((layer) => isBag(layer) || warn(hint));
  for (const [given, value] of bags.flatMap((layer) => Object.entries(copy(layer)).filter(isGiven))) {
    const [, whole, initial = '', rest = ''] = MEMBER.exec(given) ?? [];
    const key = whole ?? given;
    try {
      // Throws where there is none.
      const [read] = own(!inForce || CHANGEABLE.test(key) ? SETTINGS : null, key) as [Read<object>];
      const found = read(whole ? { [initial.toLowerCase() + rest]: value } : value);
      config[key] = whole || read === words ? copy(config[key], found) : found;
    } catch {
      // What was there before stays.
      warn(hint, given);
    }
  }
  return config as unknown as Config;
}
